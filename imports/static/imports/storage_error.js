// What the storage's refusal means: its XML codes (S3 API reference, "Error responses") as keys of our words.

const BY_CODE = {
  EntityTooLarge: "too_large",
  EntityTooSmall: "too_small",
  ExpiredToken: "expired",
  RequestTimeout: "lost",
  SlowDown: "busy",
  ServiceUnavailable: "busy",
  InternalError: "busy",
  NoSuchUpload: "gone",
  NoSuchBucket: "no_bucket",
  InvalidAccessKeyId: "no_key",
  SignatureDoesNotMatch: "altered",
  RequestTimeTooSkewed: "clock",
};

function text(xml, name) {
  return xml?.querySelector(name)?.textContent ?? "";
}

// AccessDenied has many reasons, which only S3's message tells apart.
function denied(message) {
  if (/expired/i.test(message)) return "expired";
  return /according to policy/i.test(message) ? "policy" : "forbidden";
}

export function storageError(status, body) {
  const xml = body ? new DOMParser().parseFromString(body, "application/xml") : null;
  const code = text(xml, "Code");
  const fallback = status >= 500 ? "busy" : "refused";
  const key = code === "AccessDenied" ? denied(text(xml, "Message")) : (BY_CODE[code] ?? fallback);
  return { key, code: code || String(status) };
}
