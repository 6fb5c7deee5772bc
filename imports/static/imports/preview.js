// The chosen file's first bytes go to the server; how it will be read comes back as HTML.

import { post } from "./http.js";

export class PreviewRefused extends Error {}

// What the server reads of a sample, and the most that it takes.
const SAMPLE_BYTES = 65536;

// `given`: what the person says about the file's dialect; all else is detected.
export async function fetchPreview(form, file, given, signal) {
  const body = new FormData();
  body.set("target", form.elements.target.value);
  body.set("file_name", file.name);
  body.set("file_size", file.size);
  body.set("given", JSON.stringify(given));
  body.set("sample", file.slice(0, SAMPLE_BYTES), "sample");
  const response = await post(form.dataset.previewUrl, body, { signal });
  if (response.type === "opaqueredirect") {
    location.reload();
    return "";
  }
  if (!response.ok) throw new PreviewRefused(String(response.status));
  return response.text();
}
