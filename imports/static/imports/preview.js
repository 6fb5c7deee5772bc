// The preview in the page: the file's first bytes go to the server, and what comes back follows every change.

import { Answers } from "./answers.js";
import { Given } from "./dialect.js";
import { post } from "./http.js";
import { Mapping } from "./mapping.js";

// What the server reads of a sample, and the most that it takes.
const SAMPLE_BYTES = 65536;

class PreviewRefused extends Error {}

// A file is another one once it was written anew.
function identityOf(file) {
  return file ? [file.name, file.size, file.lastModified].join("/") : "";
}

export class PreviewPane {
  #given = new Given();
  #answers = new Answers();
  #mapping = null;
  #anew = false;
  #isStale = false;
  #latest = new AbortController();
  #file = "";
  #target = "";

  // `say` shows an error; an empty text takes it away.
  constructor(form, root, words, say) {
    this.form = form;
    this.root = root;
    this.words = words;
    this.say = say;
    this.status = form.querySelector("[data-preview-status]");
    root.addEventListener("change", (event) => this.#changed(event.target));
    root.addEventListener("click", (event) => this.#clicked(event.target));
    root.addEventListener("keydown", (event) => this.#pressed(event));
  }

  // What was said of how a file is written holds for that file; which column goes where, for its target too.
  choose() {
    const file = identityOf(this.form.elements.file.files[0]);
    const target = this.form.elements.target.value;
    if (file !== this.#file) this.#given.forget();
    if (file !== this.#file || target !== this.#target) this.#answers.forget();
    this.#file = file;
    this.#target = target;
    this.#anew = false;
    this.#mapping = null;
    this.root.replaceChildren();
    return this.#look();
  }

  // Whether all is decided; where it is not, the page says what is missing. What is shown may be older than what was
  // said: then it is asked for once more.
  ready() {
    if (!this.#mapping || this.root.hasAttribute("aria-busy")) return false;
    if (this.#isStale) {
      this.#look();
      return false;
    }
    return this.#mapping.ready();
  }

  #changed(control) {
    if (this.#given.take(control)) return this.#look();
    this.#answers.take(control, this.#mapping);
  }

  // Enter in an input of the preview means "show me", not "start the import".
  #pressed(event) {
    const control = event.target;
    if (event.key !== "Enter" || !control.matches("input")) return;
    event.preventDefault();
    if (control.value !== control.defaultValue) this.#changed(control);
  }

  #clicked(target) {
    if (target.closest("[data-forget]")) {
      this.#given.forget();
      this.#look();
    } else if (target.closest("[data-anew]")) {
      this.#anew = !this.#anew;
      this.#answers.forgetColumns();
      this.#look();
    }
  }

  async #look() {
    const file = this.form.elements.file.files[0];
    this.#latest.abort();
    this.say("");
    if (!file || !this.form.elements.target.value) return;
    const latest = (this.#latest = new AbortController());
    this.root.setAttribute("aria-busy", "true");
    this.#isStale = true;
    try {
      this.#show(await this.#fetch(file, latest.signal));
      this.#isStale = false;
    } catch (error) {
      if (error.name !== "AbortError") this.say(this.#sentenceOf(error));
    } finally {
      // A later look is still busy.
      if (latest === this.#latest) this.root.removeAttribute("aria-busy");
    }
  }

  async #fetch(file, signal) {
    const body = new FormData();
    for (const name of ["target", "fixes"]) body.set(name, this.form.elements[name]?.value ?? "");
    body.set("file_name", file.name);
    body.set("file_size", file.size);
    body.set("given", JSON.stringify(this.#given.members));
    if (this.#anew) body.set("anew", "on");
    // Read first: a file that is gone says so here, and in a request looks like a broken line.
    body.set("sample", new Blob([await file.slice(0, SAMPLE_BYTES).arrayBuffer()]), "sample");
    const response = await post(this.form.dataset.previewUrl, body, { signal });
    if (response.type === "opaqueredirect") location.reload();
    if (!response.ok) throw new PreviewRefused(String(response.status));
    return response.text();
  }

  #show(html) {
    const active = document.activeElement;
    const focused = this.root.contains(active) && active.id;
    const unfolded = [...this.root.querySelectorAll("details[open]")].map(({ id }) => id);
    this.root.innerHTML = html;
    for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
    const table = this.root.querySelector("[data-mapping]");
    this.#mapping = table && new Mapping(this.root);
    if (this.#mapping) this.#answers.giveTo(this.root, this.#mapping);
    this.status.textContent = this.root.querySelector("[data-summary]")?.textContent ?? "";
    // What had the focus may be gone: a button that takes back what is no more.
    if (focused) (document.getElementById(focused) ?? this.root.querySelector("summary"))?.focus();
  }

  #sentenceOf(error) {
    if (error instanceof PreviewRefused) return this.words.broken;
    return error.name === "NotReadableError" ? this.words.unreadable : this.words.offline;
  }
}
