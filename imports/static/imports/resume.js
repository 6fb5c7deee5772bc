// On the page of an import whose file is awaited: choose it again, and the upload goes on.

import { UploadPanel } from "./upload_panel.js";

const json = (id) => JSON.parse(document.getElementById(id).textContent);

const root = document.getElementById("resume");
const error = root.querySelector("[data-part=wrong]");
const words = json("upload-words");
const job = json("waiting-upload");

root.querySelector("input").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (!file) return;
  error.hidden = file.size === job.size;
  error.textContent = words.another_file.replace("{name}", () => job.name);
  if (!error.hidden) return;
  root.hidden = true;
  new UploadPanel(document.getElementById("upload"), words).run(file, job);
});
