// One file straight to the storage, by the signed form that our server made for it.

import { storageError } from "./storage_error.js";

export class UploadError extends Error {
  constructor(key, code = "") {
    super(key);
    this.key = key;
    this.code = code;
  }
}

// XMLHttpRequest, because fetch reports no progress of what it sends.
export function upload(file, { url, fields }, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    // Last: S3 ignores every field after the file (S3 API reference, "POST Object").
    form.append("file", file);

    // The form's own fields count as sent too; they are a few hundred bytes.
    request.upload.onprogress = (event) => onProgress(Math.min(event.loaded, file.size));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) return resolve();
      const { key, code } = storageError(request.status, request.responseText);
      reject(new UploadError(key, code));
    };
    // Neither tells why: the line broke, the file changed on disk, or the storage closed the connection.
    request.onerror = () => reject(new UploadError("lost"));
    request.onabort = () => reject(new UploadError("cancelled"));
    signal.addEventListener("abort", () => request.abort());

    request.open("POST", url);
    request.send(form);
  });
}
