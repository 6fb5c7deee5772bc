// One request to the storage; by XMLHttpRequest, because fetch reports no progress of what it sends.

import { storageError } from "./storage_error.js";

export class UploadError extends Error {
  constructor(key, code = "") {
    super(key);
    this.key = key;
    this.code = code;
  }
}

// A line that takes nothing for so long is dead, whatever the system says: a slow one (1 Mbit/s) drains in half of it
// the 4 MB that a system keeps in its buffers.
const SILENCE_MS = 60_000;

// S3 answers when it has stored all: a moment for a part, minutes for gigabytes in one POST.
const ANSWER_MS = 300_000;

export async function postForm(file, { url, fields }, onProgress, signal) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  // Last: S3 ignores every field after the file (S3 API reference, "POST Object").
  form.append("file", file);
  // The form's own fields count as sent too; they are a few hundred bytes.
  await send("POST", url, form, file, (sent) => onProgress(Math.min(sent, file.size)), signal);
}

// The part's ETag, by which S3 knows it.
export async function putPart(part, url, onProgress, signal) {
  const request = await send("PUT", url, part, part, onProgress, signal);
  return (request.getResponseHeader("ETag") ?? "").replaceAll('"', "");
}

async function send(method, url, body, blob, onProgress, signal) {
  try {
    return await transfer(method, url, body, onProgress, signal);
  } catch (error) {
    // A file that changed on the disk looks like a broken line; but then it cannot be read either.
    if (error.key === "lost" && !(await isReadable(blob))) throw new UploadError("unreadable");
    throw error;
  }
}

function isReadable(blob) {
  return blob.slice(0, 1).arrayBuffer().then(() => true, () => false);
}

function transfer(method, url, body, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer;
    const expect = (milliseconds) => {
      clearTimeout(timer);
      timer = setTimeout(() => end("lost"), milliseconds);
    };
    const cancel = () => end("cancelled");
    const settle = (outcome, value) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
      outcome(value);
    };
    const end = (key) => {
      settle(reject, new UploadError(key));
      request.abort();
    };

    request.upload.onprogress = (event) => {
      expect(SILENCE_MS);
      onProgress(event.loaded);
    };
    request.upload.onload = () => expect(ANSWER_MS);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) return settle(resolve, request);
      const { key, code } = storageError(request.status, request.responseText);
      settle(reject, new UploadError(key, code));
    };
    // It does not tell why: the line broke, or the storage closed the connection.
    request.onerror = () => settle(reject, new UploadError("lost"));

    if (signal.aborted) return cancel();
    signal.addEventListener("abort", cancel);
    request.open(method, url);
    request.send(body);
    expect(SILENCE_MS);
  });
}
