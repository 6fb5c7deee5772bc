// How fast an upload goes, smoothed, so that the time left does not jump about.

// Each second's rate counts for a quarter: steady within some five seconds, yet follows a real change.
const WEIGHT = 0.25;

export class Meter {
  #rate = null;
  #at = null;
  #sent = 0;

  add(sent, now = performance.now()) {
    if (this.#at === null) {
      this.#at = now;
      this.#sent = sent;
      return;
    }
    const seconds = (now - this.#at) / 1000;
    // Progress events come many times a second; shorter spans than this measure buffers, not the line.
    if (seconds < 0.5) return;
    const current = (sent - this.#sent) / seconds;
    this.#rate = this.#rate === null ? current : WEIGHT * current + (1 - WEIGHT) * this.#rate;
    this.#at = now;
    this.#sent = sent;
  }

  get rate() {
    return this.#rate;
  }

  secondsLeft(total) {
    return this.#rate ? (total - this.#sent) / this.#rate : null;
  }
}
