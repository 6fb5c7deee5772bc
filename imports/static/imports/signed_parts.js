// Where to PUT each part: URLs signed by our server, fetched some at a time, dropped when they are about to run out.

import { ask } from "./server.js";

// At once: two rounds of what is sent side by side, so that a slow line does not let them grow old.
const BATCH = 8;

// Of a URL's life: for the request to begin, and for clocks that differ.
const MARGIN_S = 60;

export class SignedParts {
  #urls = new Map();
  #goodUntil = 0;
  #fetching = null;

  constructor(url, signal) {
    this.url = url;
    this.signal = signal;
  }

  // `next` are the parts that will be asked for after this one.
  async of(number, next) {
    if (Date.now() > this.#goodUntil) this.#urls.clear();
    while (!this.#urls.has(number)) {
      this.#fetching ??= this.#fetch([number, ...next]).finally(() => (this.#fetching = null));
      await this.#fetching;
    }
    const url = this.#urls.get(number);
    this.#urls.delete(number);
    return url;
  }

  forget() {
    this.#urls.clear();
  }

  async #fetch(numbers) {
    const body = new FormData();
    const wanted = numbers.filter((number) => !this.#urls.has(number)).slice(0, BATCH);
    for (const number of wanted) body.append("number", number);
    const asked = Date.now();
    const { urls, seconds } = await ask(this.url, body, this.signal);
    this.#goodUntil = asked + (seconds - Math.min(MARGIN_S, seconds / 2)) * 1000;
    for (const [number, url] of Object.entries(urls)) this.#urls.set(Number(number), url);
  }
}
