// How fast an upload goes and how long it still takes, so smoothed that neither figure jumps about.

// A byte sent so long ago counts for 1/e: a line that halts every other second moves the rate by 4 %, and yet a real
// change shows within some twenty seconds.
const MEMORY_S = 12;

// What is measured sooner is how fast the system's buffers fill.
const FIRST_S = 2;

// The time left is told in steps of so many seconds, up to so many: nobody waits for an hour by the second.
const STEPS = [
  [60, 5],
  [600, 30],
  [3600, 120],
  [21600, 600],
  [Infinity, 1800],
];

export class Meter {
  #bytes = 0;
  #seconds = 0;
  #at = null;
  #sent = 0;
  #told = null;

  // Once a second or so, also when nothing has moved.
  add(sent, now = performance.now()) {
    const seconds = this.#at === null ? 0 : (now - this.#at) / 1000;
    const faded = Math.exp(-seconds / MEMORY_S);
    // What was lost on the way is sent anew: no less for that has gone over the line.
    const bytes = this.#at === null ? 0 : Math.max(0, sent - this.#sent);
    this.#bytes = this.#bytes * faded + bytes;
    this.#seconds = this.#seconds * faded + seconds;
    this.#at = now;
    this.#sent = sent;
  }

  // Bytes a second; null while it is too early to tell.
  get rate() {
    return this.#seconds < FIRST_S ? null : this.#bytes / this.#seconds;
  }

  // In whole steps, each kept until it is wrong by one; null while nothing goes.
  secondsLeft(total) {
    if (!this.rate) return null;
    const left = (total - this.#sent) / this.rate;
    const [, step] = STEPS.find(([most]) => left <= most);
    const isWrong = this.#told === null || Math.abs(this.#told - left) >= step;
    if (isWrong) this.#told = Math.max(1, Math.round(left / step)) * step;
    return this.#told;
  }
}
