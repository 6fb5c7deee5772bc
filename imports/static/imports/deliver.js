// A file to the storage, by the way that our server names, until the server agrees that it is there.

import { md5OfText } from "./md5.js";
import { PartSender } from "./part_sender.js";
import { ask } from "./server.js";
import { postForm, UploadError } from "./upload.js";

// Times that the storage may tell of other parts than it took, or of none: once is rare.
const ROUNDS = 3;

// `job` has the addresses to ask; `watch` hears onCompared, onSent and onJoining. UploadError if it cannot be done.
export async function deliver(file, job, line, watch) {
  const way = job.upload ?? (await askAnew(job, line));
  if (way.way === "form") return deliverWhole(file, way, job, line, watch);
  return deliverParts(file, way, job, line, watch);
}

async function askAnew(job, line) {
  const { upload } = await line.persist(() => ask(job.form_url, new FormData(), line.signal));
  return upload;
}

async function deliverWhole(file, form, job, line, watch) {
  let fresh = form;
  await line.persist(async () => {
    fresh ??= (await ask(job.form_url, new FormData(), line.signal)).upload;
    try {
      await postForm(file, fresh, watch.onSent, line.signal);
    } catch (error) {
      watch.onSent(0);
      fresh = null; // it may have run out meanwhile
      throw error;
    }
  });
  watch.onJoining();
  // Should this fail, the storage's own event starts the import all the same.
  await ask(job.uploaded_url, new FormData(), line.signal).catch(() => {});
}

async function deliverParts(file, first, job, line, watch) {
  let way = first;
  let sender = new PartSender(file, way.part_size, job.parts_url, line, watch);
  for (let round = 0; round < ROUNDS; round += 1) {
    try {
      const etags = await sender.send(way.there);
      watch.onJoining();
      const body = new FormData();
      body.append("digest", md5OfText(etags.join(",")));
      const answer = await line.persist(() => ask(job.uploaded_url, body, line.signal));
      if (!answer) return;
      way = answer.upload; // the storage has other parts than these
    } catch (error) {
      if (error.key !== "gone") throw error;
      // The storage threw them away: from the beginning.
      way = await askAnew(job, line);
      sender = new PartSender(file, way.part_size, job.parts_url, line, watch);
    }
  }
  throw new UploadError("incomplete");
}
