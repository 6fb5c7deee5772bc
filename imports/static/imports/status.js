// A job's page: asks how far it is, puts the answer into the page, and says aloud what is new.

import { patch } from "./patch.js";

const SECOND = 1000;
// Nobody looks at a hidden tab; its title and what it says when it is shown again may lag so much.
const HIDDEN_EVERY = 15 * SECOND;
// A server that is down is not helped by being asked; one that is back should not be missed for long.
const MOST = 30 * SECOND;
// Of a second: htmx's own clock may tick a moment early.
const EARLY = 0.2 * SECOND;
// What came of an import that is over is asked for once, and no later poll would bring it.
const OUTCOME_AGAIN = 5 * SECOND;

const panel = document.getElementById("progress");
const lost = document.getElementById("connection-lost");
const outcome = document.getElementById("outcome");
const announcement = document.getElementById("announcement");
let asked = performance.now();
let failures = 0;

function pause() {
  const usual = Number(panel.dataset.every) * SECOND;
  const failing = Math.min(MOST, usual * 2 ** failures);
  return Math.max(failing, document.hidden ? HIDDEN_EVERY : 0) - EARLY;
}

function putInto(fragment) {
  const seen = panel.dataset.seen;
  const focused = document.activeElement?.id;
  for (const fresh of [...fragment.children]) patch(document.getElementById(fresh.id), fresh);
  if (!document.querySelector("#upload:not([hidden])")) document.title = panel.dataset.title;
  if (panel.dataset.seen !== seen) tellOfNews(focused);
}

function tellOfNews(focused) {
  const sentence = document.getElementById("sentence");
  announcement.textContent = sentence.textContent;
  // A button that was under the fingers is gone or made anew: nobody is thrown back to the page's beginning.
  if (focused && document.activeElement?.id !== focused) {
    (document.getElementById(focused) ?? sentence).focus({ preventScroll: true });
  }
  askForOutcome();
}

function askForOutcome() {
  window.htmx.ajax("GET", outcome.dataset.url, { source: outcome, target: outcome, swap: "innerHTML" });
}

window.htmx.defineExtension("patch", {
  isInlineSwap: (style) => style === "patch",
  handleSwap(style, target, fragment) {
    if (style !== "patch") return false;
    putInto(fragment);
    return true;
  },
});

panel.addEventListener("htmx:configRequest", ({ detail }) => {
  const { seen, left } = panel.dataset;
  Object.assign(detail.parameters, { seen, left });
});

panel.addEventListener("htmx:beforeRequest", (event) => {
  if (performance.now() - asked < pause()) event.preventDefault();
  else asked = performance.now();
});

panel.addEventListener("htmx:afterRequest", ({ detail }) => {
  const status = detail.xhr.status;
  if (status === 403 || status === 404) return end();
  failures = detail.successful ? 0 : failures + 1;
  lost.hidden = detail.successful;
  if (failures === 1) announcement.textContent = lost.textContent;
});

// The job is gone, or is not ours any more: what was asked stays, and nothing can be done about it.
function end() {
  panel.removeAttribute("hx-get");
  for (const id of ["progress", "actions", "outcome", "resume"]) document.getElementById(id)?.remove();
  const gone = document.getElementById("gone");
  gone.hidden = false;
  lost.hidden = true;
  document.title = document.querySelector("h1").textContent;
  gone.focus();
}

outcome.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  // No status: the line broke.
  if (xhr.status === 0 || xhr.status >= 500) setTimeout(askForOutcome, OUTCOME_AGAIN);
});

document.addEventListener("visibilitychange", () => {
  const isOver = !panel.hasAttribute("hx-get");
  if (document.hidden || isOver) return;
  asked = -Infinity;
  window.htmx.trigger(panel, "ask");
});
