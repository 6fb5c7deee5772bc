// A form that loses something opens a dialog first, which posts the same. Without this it posts at once.

const dialog = document.getElementById("ask");

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-asks]")) return;
  event.preventDefault();
  dialog.showModal();
});
