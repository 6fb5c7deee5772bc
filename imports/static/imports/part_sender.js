// The parts of one file: those that the storage has are compared, the others sent, some side by side.

import { Md5 } from "./md5.js";
import { SignedParts } from "./signed_parts.js";
import { putPart, UploadError } from "./upload.js";

// Side by side: one connection seldom fills a line.
const LANES = 4;

// Bytes compared at once: some milliseconds, so that the page stays awake. Whole blocks of MD5.
const PIECE = 2 ** 20;

export class PartSender {
  #etags = new Map();
  #flying = new Map();
  #isOver = false;

  // `watch` has onCompared and onSent, which hear of bytes.
  constructor(file, partSize, partsUrl, line, watch) {
    this.file = file;
    this.partSize = partSize;
    this.numbers = Array.from({ length: Math.ceil(file.size / partSize) }, (_, index) => index + 1);
    this.line = line;
    this.watch = watch;
    this.signed = new SignedParts(partsUrl, line.signal);
  }

  // The ETags in order, once all parts are there. `there` has those that the storage tells of, by number.
  async send(there) {
    await this.#compare(there);
    this.#tell();
    const missing = this.numbers.filter((number) => !this.#etags.has(number));
    const lane = async () => {
      while (missing.length > 0) {
        const number = missing.shift();
        await this.line.persist(() => this.#put(number, missing));
      }
    };
    try {
      await Promise.all(Array.from({ length: LANES }, lane));
    } catch (error) {
      missing.length = 0;
      this.#flying.clear();
      this.#tell();
      this.#isOver = true;
      throw error;
    }
    return this.numbers.map((number) => this.#etags.get(number));
  }

  #part(number) {
    return this.file.slice((number - 1) * this.partSize, number * this.partSize);
  }

  // Name and size do not prove that this is the file of last time; and two files mixed would be loaded in silence.
  async #compare(there) {
    const sent = this.#etags;
    const numbers = this.numbers.filter((number) => number in there);
    const all = numbers.length * this.partSize;
    let compared = 0;
    this.#etags = new Map();
    for (const number of numbers) {
      const read = (bytes) => this.watch.onCompared((compared += bytes), all);
      const own = sent.get(number) ?? (await this.#digest(number, read));
      if (own === there[number]) this.#etags.set(number, own);
    }
  }

  async #digest(number, onRead) {
    const part = this.#part(number);
    const md5 = new Md5();
    for (let at = 0; at < part.size; at += PIECE) {
      if (this.line.signal.aborted) throw new UploadError("cancelled");
      const piece = await part.slice(at, at + PIECE).arrayBuffer().catch(() => {
        throw new UploadError("unreadable");
      });
      md5.update(new Uint8Array(piece));
      onRead(piece.byteLength);
    }
    return md5.hex();
  }

  async #put(number, next) {
    const url = await this.signed.of(number, next);
    const progress = (sent) => {
      this.#flying.set(number, sent);
      this.#tell();
    };
    try {
      const etag = await putPart(this.#part(number), url, progress, this.line.signal);
      // Without it nobody can tell whether the parts belong together.
      if (!etag) throw new UploadError("no_etag");
      this.#etags.set(number, etag);
    } catch (error) {
      if (error.key === "expired") this.signed.forget();
      throw error;
    } finally {
      this.#flying.delete(number);
      this.#tell();
    }
  }

  #tell() {
    if (this.#isOver) return;
    // The last part may be shorter.
    const last = this.#etags.has(this.numbers.length) ? this.partSize * this.numbers.length - this.file.size : 0;
    const flying = [...this.#flying.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.watch.onSent(this.#etags.size * this.partSize - last + flying);
  }
}
