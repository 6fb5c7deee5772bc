// What the storage's refusal means: its XML codes (S3 API reference, "Error responses") as keys of our words.

const BY_CODE = {
  EntityTooLarge: "too_large",
  EntityTooSmall: "too_small",
  ExpiredToken: "expired",
  RequestTimeout: "lost",
  SlowDown: "busy",
  ServiceUnavailable: "busy",
  InternalError: "busy",
};

function text(xml, name) {
  return xml?.querySelector(name)?.textContent ?? "";
}

export function storageError(status, body) {
  const xml = body ? new DOMParser().parseFromString(body, "application/xml") : null;
  const code = text(xml, "Code");
  // A policy that ran out is AccessDenied too; only S3's message tells it from other refusals.
  const expired = code === "AccessDenied" && /expired/i.test(text(xml, "Message"));
  const fallback = status >= 500 ? "busy" : "refused";
  return { key: expired ? "expired" : (BY_CODE[code] ?? fallback), code: code || String(status) };
}
