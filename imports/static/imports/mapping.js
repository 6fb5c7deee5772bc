// Says, as the selects change, which required fields nothing feeds and which columns are left out.

function selects(root) {
  return [...root.querySelectorAll("select[data-header]")];
}

function chosen(root) {
  return new Set(selects(root).map((select) => select.value).filter(Boolean));
}

// One column a field: what another column feeds already cannot be chosen a second time.
function disableTaken(root) {
  const taken = chosen(root);
  for (const select of selects(root)) {
    for (const option of select.options) {
      option.disabled = option.value !== "" && option.value !== select.value && taken.has(option.value);
    }
  }
}

function markIgnored(root) {
  for (const select of selects(root)) {
    select.closest("tr").classList.toggle("is-ignored", select.value === "");
  }
}

function nameMissing(root) {
  const fed = chosen(root);
  let missing = 0;
  for (const item of root.querySelectorAll("[data-required-field]")) {
    item.hidden = fed.has(item.dataset.requiredField);
    if (!item.hidden) missing += 1;
  }
  const box = root.querySelector("[data-missing]");
  if (box) box.hidden = missing === 0;
  return missing === 0 && fed.size > 0;
}

export function refreshMapping(root) {
  disableTaken(root);
  markIgnored(root);
  return nameMissing(root);
}
