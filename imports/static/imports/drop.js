// A file can be dropped anywhere on the page; it is put into the field as if it had been chosen there.

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

// A folder has an entry too, but nothing that could be read.
const isFolder = (item) => item.webkitGetAsEntry?.()?.isDirectory ?? false;

// `refuse` gets the key of what is wrong with the drop.
export function takeDrops(input, { isOpen, refuse }) {
  const mark = (isOver) => document.body.classList.toggle("is-dropping", isOver);
  // Pages have many borders, and each is left and entered: only what is entered last counts.
  let entered = null;

  addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    entered = event.target;
    mark(isOpen());
  });
  addEventListener("dragleave", (event) => {
    if (event.target === entered) mark(false);
  });
  addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    // Otherwise the browser would leave the page to show the file, upload or no upload.
    event.preventDefault();
    event.dataTransfer.dropEffect = isOpen() ? "copy" : "none";
  });
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    mark(false);
    if (!isOpen()) return;
    const { files, items } = event.dataTransfer;
    if (files.length !== 1) return refuse("one_file");
    if (isFolder(items[0])) return refuse("no_folder");
    input.files = files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
