// Around the polling: the window's title follows, and a lost connection is said.

const lost = document.getElementById("connection-lost");

function followTitle() {
  const title = document.querySelector("[data-title]")?.dataset.title;
  if (title) document.title = title;
}

document.body.addEventListener("htmx:afterSettle", followTitle);
document.body.addEventListener("htmx:afterRequest", (event) => {
  lost.hidden = event.detail.successful;
});
