// An upload that was broken off, and is known again by the file that is chosen.

export class Unfinished {
  // `uploads` as the server tells of them; `resume` gets the file and the upload to go on with.
  constructor(root, uploads, resume) {
    this.root = root;
    this.uploads = uploads;
    root.querySelector("button").addEventListener("click", () => {
      root.hidden = true;
      resume(this.file, this.found);
    });
  }

  // Whether it is the same file to the last byte is seen when it goes on.
  look(file) {
    this.file = file;
    this.found = this.uploads.find(({ name, size }) => file && name === file.name && size === file.size);
    this.root.hidden = !this.found;
    this.root.querySelector("[data-sentence]").textContent = this.found?.sentence ?? "";
  }
}
