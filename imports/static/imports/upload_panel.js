// The upload as the person sees it: bar, rate, time left, cancel, and what to do when it halts.

import { deliver } from "./deliver.js";
import * as format from "./format.js";
import { post } from "./http.js";
import { Line } from "./line.js";
import { Meter } from "./meter.js";

const LOOK_MS = 1_000;

// Breaks in a row, half a minute: by then a line that is only shaky is back.
const TOO_OFTEN = 5;

// The share that is shown until the storage has said that it has all.
const ALMOST = 0.99;

function askBeforeLeaving(event) {
  event.preventDefault();
}

export class UploadPanel {
  #abort = new AbortController();
  #line = null;
  #meter = new Meter();
  #sent = 0;
  #most = 0;
  #failure = null;

  constructor(root, words) {
    this.root = root;
    this.words = words;
    this.part = (name) => root.querySelector(`[data-part=${name}]`);
    this.part("cancel").addEventListener("click", () => this.#cancel());
    this.part("again").addEventListener("click", () => this.#again());
    // Shown again by the Back button as it was left: its buttons would act on an import that has moved on.
    addEventListener("pageshow", (event) => {
      if (event.persisted && !root.hidden) location.reload();
    });
  }

  // `job` has the addresses to ask, and may have the way to upload.
  run(file, job) {
    this.file = file;
    this.job = job;
    this.root.hidden = false;
    this.part("name").textContent = file.name;
    this.part("title").focus();
    return this.#deliver(job);
  }

  async #deliver(job) {
    this.#start();
    addEventListener("beforeunload", askBeforeLeaving);
    const looks = setInterval(() => this.#look(), LOOK_MS);
    const end = () => {
      clearInterval(looks);
      removeEventListener("beforeunload", askBeforeLeaving);
    };
    try {
      await deliver(this.file, job, this.#line, {
        onCompared: (bytes, all) => this.#compared(bytes / all),
        onSent: (bytes) => this.#moved(bytes),
        onJoining: () => this.#say("joining"),
      });
      end();
      this.#say("arrived");
      this.#bar(1);
      location.assign(this.job.status_url);
    } catch (error) {
      end();
      if (error.key === "moved_on") location.assign(this.job.status_url);
      else if (error.key !== "cancelled") this.#fail(error);
    }
  }

  #start() {
    this.#abort = new AbortController();
    this.#line = new Line(this.#abort.signal, {
      onBreak: (key, times) => this.#wait(key, times),
      onGo: () => this.#go(),
    });
    this.#most = 0;
    this.#moved(0);
    this.#go();
  }

  #go() {
    this.#meter = new Meter();
    this.#show("sending");
  }

  #wait(key, times) {
    this.#tell(times < TOO_OFTEN || key !== "lost" ? key : "lost_long");
    this.#show("waiting", "now");
    this.#moved(this.#sent);
  }

  #fail(error) {
    this.#failure = error;
    this.#abort.abort();
    this.#most = 0;
    this.#moved(this.#sent);
    this.#tell(error.key, error.code);
    this.#show("failed", error.key === "signed_out" ? "sign_in" : "again");
    this.part("again").focus();
  }

  #tell(key, code = "") {
    this.part("error").textContent = (this.words[key] ?? this.words.broken).replace("{code}", code);
  }

  // The button is there where there is something to press.
  #show(state, button) {
    const again = this.part("again");
    this.root.dataset.state = state;
    this.#say(state);
    this.part("error").hidden = !button;
    // It goes from under the fingers: nobody is thrown back to the page's beginning.
    if (!button && document.activeElement === again) this.part("title").focus({ preventScroll: true });
    again.hidden = !button;
    again.textContent = this.words[button] ?? "";
    this.#look();
  }

  #say(state) {
    const words = this.words[`is_${state}`];
    // Said anew only when it is new: screen readers read it out.
    if (this.part("state").textContent !== words) this.part("state").textContent = words;
  }

  #compared(share) {
    this.#say("comparing");
    this.#bar(share);
  }

  #moved(bytes) {
    if (bytes > this.#sent) this.#line.moved();
    this.#sent = bytes;
    // A part that is sent anew takes nothing back from the bar; what a lost connection took with it, it does.
    this.#most = this.root.dataset.state === "waiting" ? bytes : Math.max(this.#most, bytes);
    if (bytes > 0 && bytes < this.file.size && this.root.dataset.state === "sending") this.#say("sending");
    // What has left the browser is not there yet.
    this.#bar(Math.min(this.#most / this.file.size, ALMOST));
    this.part("sent").textContent = `${format.bytes(this.#most)} / ${format.bytes(this.file.size)}`;
  }

  #bar(share) {
    this.part("bar").value = share;
    this.part("percent").textContent = format.percent(share);
    const goes = !["waiting", "failed"].includes(this.root.dataset.state);
    document.title = `${goes ? format.percent(share) : this.part("state").textContent} · ${this.file.name}`;
  }

  // The figures that take time to tell.
  #look() {
    const goes = this.root.dataset.state === "sending";
    if (goes) this.#meter.add(this.#sent);
    const rate = goes ? this.#meter.rate : null;
    const left = goes ? this.#meter.secondsLeft(this.file.size) : null;
    this.part("rate").textContent = rate === null ? "–" : format.rate(rate);
    this.part("left").textContent = left === null ? "–" : format.duration(left);
  }

  #again() {
    if (this.root.dataset.state === "waiting") this.#line.hurry();
    // Its page asks for the login first, and goes on from there.
    else if (this.#failure.key === "signed_out") location.assign(this.job.status_url);
    else this.#deliver({ ...this.job, upload: null });
  }

  async #cancel() {
    this.part("cancel").disabled = true; // the second press of two would be told that it came too late
    this.#abort.abort();
    await post(this.job.cancel_url).catch(() => {});
    location.assign(this.job.status_url);
  }
}
