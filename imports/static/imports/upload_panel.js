// The upload as the person sees it: bar, rate, time left, cancel, and what to do when it fails.

import * as format from "./format.js";
import { post } from "./http.js";
import { Meter } from "./meter.js";
import { upload } from "./upload.js";

function askBeforeLeaving(event) {
  event.preventDefault();
}

export class UploadPanel {
  #abort = new AbortController();

  constructor(root, words) {
    this.root = root;
    this.words = words;
    this.part = (name) => root.querySelector(`[data-part=${name}]`);
    this.part("cancel").addEventListener("click", () => this.#cancel());
    this.part("again").addEventListener("click", () => this.#again());
  }

  run(file, job) {
    this.file = file;
    this.job = job;
    this.root.hidden = false;
    this.part("name").textContent = file.name;
    this.part("title").focus();
    return this.#send(job.upload);
  }

  async #send(form) {
    const meter = new Meter();
    this.#show("sending");
    this.#progress(0, meter);
    this.#abort = new AbortController();
    addEventListener("beforeunload", askBeforeLeaving);
    try {
      await upload(this.file, form, (sent) => this.#progress(sent, meter), this.#abort.signal);
      removeEventListener("beforeunload", askBeforeLeaving);
      await this.#arrived();
    } catch (error) {
      removeEventListener("beforeunload", askBeforeLeaving);
      if (error.key !== "cancelled") this.#fail(error);
    }
  }

  async #arrived() {
    this.part("percent").textContent = this.words.arrived;
    // Should this fail, the storage's own event starts the import all the same.
    await post(this.job.uploaded_url).catch(() => {});
    location.assign(this.job.status_url);
  }

  #progress(sent, meter) {
    meter.add(sent);
    const bar = this.part("bar");
    bar.max = this.file.size;
    bar.value = sent;
    this.part("percent").textContent = format.percent(sent / this.file.size);
    this.part("sent").textContent = `${format.bytes(sent)} / ${format.bytes(this.file.size)}`;
    this.part("rate").textContent = meter.rate === null ? "–" : format.rate(meter.rate);
    const left = meter.secondsLeft(this.file.size);
    this.part("left").textContent = left === null ? "–" : format.duration(left);
  }

  #fail(error) {
    const sentence = this.words[error.key] ?? this.words.lost;
    this.part("error").textContent = sentence.replace("{code}", error.code ?? "");
    this.#show("failed");
    this.part("again").focus();
  }

  #show(state) {
    this.root.dataset.state = state;
    this.part("error").hidden = state !== "failed";
    this.part("again").hidden = state !== "failed";
  }

  // A fresh form each time: the first may have run out.
  async #again() {
    try {
      const response = await post(this.job.form_url);
      // Anything else means that the job has moved on; its page says where to.
      if (!response.ok) return location.assign(this.job.status_url);
      await this.#send((await response.json()).upload);
    } catch {
      this.#fail({ key: "offline" });
    }
  }

  async #cancel() {
    this.#abort.abort();
    await post(this.job.cancel_url).catch(() => {});
    location.assign(this.job.status_url);
  }
}
