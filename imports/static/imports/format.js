// Numbers in the reader's own form; the page's language decides.

const language = document.documentElement.lang || "en";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

export function bytes(count, suffix = "") {
  let unit = 0;
  // As the pages count (Django's filesizeformat).
  while (count >= 1024 && unit < UNITS.length - 1) {
    count /= 1024;
    unit += 1;
  }
  const options = {
    style: "unit",
    unit: UNITS[unit] + suffix,
    // The short form of byte has no plural.
    unitDisplay: unit === 0 ? "long" : "short",
    maximumSignificantDigits: 3,
  };
  return new Intl.NumberFormat(language, options).format(count);
}

export const rate = (perSecond) => bytes(perSecond, "-per-second");

export function percent(share) {
  // Rounded down: 100 % is said when it is done, not before.
  return new Intl.NumberFormat(language, { style: "percent" }).format(Math.floor(share * 100) / 100);
}

function unit(count, name) {
  return new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short" }).format(count);
}

export function duration(seconds) {
  const whole = Math.ceil(seconds);
  if (whole < 60) return unit(whole, "second");
  if (whole < 3600) return `${unit(Math.floor(whole / 60), "minute")} ${unit(whole % 60, "second")}`;
  return `${unit(Math.floor(whole / 3600), "hour")} ${unit(Math.floor((whole % 3600) / 60), "minute")}`;
}
