// Our own server's part in an upload: its answers as results, or as errors that the upload knows.

import { post } from "./http.js";
import { UploadError } from "./upload.js";

export async function ask(url, body, signal) {
  const response = await post(url, body, { signal }).catch(() => {
    throw new UploadError(signal?.aborted ? "cancelled" : "away");
  });
  // To the login page; or there already, in another window, whose sign-in has renewed the token.
  if (response.type === "opaqueredirect" || response.status === 403) throw new UploadError("signed_out");
  if (response.status === 409) throw new UploadError("moved_on");
  if (response.status === 424) throw new UploadError("refused", (await response.json()).code);
  if (response.status === 503) throw new UploadError("busy");
  if (response.status >= 500) throw new UploadError("away");
  if (!response.ok) throw new UploadError("broken");
  return response.status === 204 ? null : response.json();
}
