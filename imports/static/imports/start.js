// The start page: choose, look, confirm, upload.

import { Given } from "./dialect.js";
import { post } from "./http.js";
import { refreshMapping } from "./mapping.js";
import { fetchPreview, PreviewRefused } from "./preview.js";
import { UploadPanel } from "./upload_panel.js";

const form = document.getElementById("import-form");
const preview = document.getElementById("preview");
const errors = document.getElementById("form-errors");
const words = JSON.parse(document.getElementById("upload-words").textContent);
const given = new Given();
let latest = new AbortController();

function showError(message) {
  errors.textContent = message;
  errors.hidden = !message;
  if (message) errors.focus();
}

function sentenceOf(error) {
  if (error instanceof PreviewRefused) return words.broken;
  return error.name === "NotReadableError" ? words.unreadable : words.offline;
}

function refresh() {
  const ready = refreshMapping(preview);
  const button = preview.querySelector("[data-confirm]");
  if (button) button.disabled = !ready;
}

function choose() {
  given.forget();
  preview.replaceChildren();
  return look();
}

async function look() {
  const file = form.elements.file.files[0];
  latest.abort();
  showError("");
  if (!file || !form.elements.target.value) return;
  latest = new AbortController();
  preview.setAttribute("aria-busy", "true");
  try {
    const focused = document.activeElement?.id;
    preview.innerHTML = await fetchPreview(form, file, given.members, latest.signal);
    if (focused) document.getElementById(focused)?.focus();
    refresh();
  } catch (error) {
    if (error.name !== "AbortError") showError(sentenceOf(error));
  } finally {
    preview.removeAttribute("aria-busy");
  }
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
  const button = preview.querySelector("[data-confirm]");
  if (!file || !button || button.disabled) return;
  button.disabled = true;
  showError("");
  try {
    const response = await post(form.action, decisions());
    if (response.type === "opaqueredirect") return location.reload();
    const answer = await response.json().catch(() => ({ errors: [words.broken] }));
    if (answer.errors) return showError(answer.errors.join(" "));
    form.hidden = true;
    new UploadPanel(document.getElementById("upload"), words).run(file, answer);
  } catch {
    showError(words.offline);
  } finally {
    button.disabled = false;
  }
}

form.elements.file.addEventListener("change", choose);
form.elements.target.addEventListener("change", choose);
preview.addEventListener("change", (event) => (given.take(event.target) ? look() : refresh()));
preview.addEventListener("click", (event) => {
  if (!event.target.closest("[data-forget]")) return;
  given.forget();
  look();
});
form.addEventListener("submit", confirm);
// A reload keeps the chosen file in some browsers.
choose();
