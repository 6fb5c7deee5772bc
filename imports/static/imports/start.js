// The start page: choose, look, confirm, upload.

import { takeDrops } from "./drop.js";
import { post } from "./http.js";
import { PreviewPane } from "./preview.js";
import { Unfinished } from "./unfinished.js";
import { UploadPanel } from "./upload_panel.js";

const form = document.getElementById("import-form");
const errors = document.getElementById("form-errors");
const json = (id) => JSON.parse(document.getElementById(id).textContent);
const words = json("upload-words");
const pane = new PreviewPane(form, document.getElementById("preview"), words, showError);
const panel = new UploadPanel(document.getElementById("upload"), words);
const unfinished = new Unfinished(document.getElementById("unfinished"), json("unfinished-uploads"), upload);

function showError(message) {
  errors.textContent = message;
  errors.hidden = !message;
  if (message) errors.focus();
}

// What the person decided, without the file itself: that goes to the storage alone.
function decisions() {
  const body = new FormData(form);
  body.delete("file");
  // Thousands of ignored columns say nothing.
  for (const [name, value] of [...body]) if (name.startsWith("map-") && !value) body.delete(name);
  return body;
}

async function confirm(event) {
  event.preventDefault();
  const file = form.elements.file.files[0];
  const button = form.querySelector("[data-confirm]");
  if (!file || !button || button.disabled || !pane.ready()) return;
  button.disabled = true;
  showError("");
  try {
    const response = await post(form.action, decisions());
    if (response.type === "opaqueredirect") return location.reload();
    const answer = await response.json().catch(() => ({ errors: [words.broken] }));
    if (answer.errors) return showError(answer.errors.join(" "));
    upload(file, answer);
  } catch {
    showError(words.offline);
  } finally {
    button.disabled = false;
  }
}

function upload(file, job) {
  form.hidden = true;
  panel.run(file, job);
}

function choose() {
  unfinished.look(form.elements.file.files[0]);
  return pane.choose();
}

form.elements.file.addEventListener("change", choose);
form.elements.target.addEventListener("change", () => pane.choose());
form.addEventListener("submit", confirm);
takeDrops(form.elements.file, { isOpen: () => !form.hidden, refuse: (key) => showError(words[key]) });
// A reload, and a step back to the page, keep the chosen file in some browsers; it is there by now, and not before.
addEventListener("pageshow", ({ persisted }) => persisted || choose());
