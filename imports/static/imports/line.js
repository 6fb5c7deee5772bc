// What to do when the line breaks: wait, for all that is under way together, and try again; sooner at first than later,
// and at once when the system says that the line is back.

import { UploadError } from "./upload.js";

// What passes by itself; everything else is said, and a person decides.
const PASSING = new Set(["lost", "busy", "away", "expired"]);

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

export class Line {
  #breaks = 0;
  #isBroken = false;
  #pause = null;
  #wake = () => {};

  // `onBreak` hears why, and how often it broke since something got through; `onGo` that bytes go again.
  constructor(signal, { onBreak, onGo }) {
    this.signal = signal;
    this.onBreak = onBreak;
    this.onGo = onGo;
    signal.addEventListener("abort", () => this.hurry());
  }

  async persist(task) {
    for (;;) {
      if (this.signal.aborted) throw new UploadError("cancelled");
      try {
        const result = await task();
        this.#breaks = 0;
        this.moved();
        return result;
      } catch (error) {
        if (this.signal.aborted) throw new UploadError("cancelled");
        if (!PASSING.has(error.key)) throw error;
        // What breaks together waits together, and counts once.
        this.#pause ??= this.#wait(error.key).finally(() => (this.#pause = null));
        await this.#pause;
      }
    }
  }

  // Bytes go, or something was answered.
  moved() {
    if (!this.#isBroken || this.#pause) return;
    this.#isBroken = false;
    this.onGo();
  }

  // Wait no longer.
  hurry() {
    this.#wake();
  }

  async #wait(key) {
    this.#breaks += 1;
    this.#isBroken = true;
    this.onBreak(key, this.#breaks);
    const grown = Math.min(FIRST_WAIT_MS * 2 ** (this.#breaks - 1), LONGEST_WAIT_MS);
    // Not all in step, where a busy storage turned many away. Offline, the event below ends the wait; a system that
    // is wrong about being offline costs no more than the longest one.
    const milliseconds = navigator.onLine ? grown * (0.75 + Math.random() / 2) : LONGEST_WAIT_MS;
    await new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
      addEventListener("online", resolve, { once: true });
    });
  }
}
