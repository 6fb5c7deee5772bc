// Which column goes into which field: as the selects change, it says what is missing and what is ignored. Of thousands
// of columns the server puts the first into the page; the others are found by name.

const language = document.documentElement.lang || "en";

// As many as are seen at once.
const MOST_FOUND = 50;

const MOST_NAMED = 8;

function data(root, id) {
  return JSON.parse(root.querySelector(`#${id}`).textContent);
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufefc]/;

// What is written from right to left turns none of its neighbours around.
const isolated = (name) => (RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name);

function listed(names) {
  return new Intl.ListFormat(language).format(names.map(isolated));
}

export class Mapping {
  #columns;
  #fields;

  constructor(root) {
    this.part = (name) => root.querySelector(`[data-${name}]`);
    this.words = data(root, "mapping-words");
    this.headers = JSON.parse(root.querySelector("[name=headers]").value);
    this.body = this.part("columns");
    this.options = root.querySelector("#field-options");
    this.blank = root.querySelector("#column-row");
    this.#fields = [...this.options.content.querySelectorAll("option[value]:not([value=''])")];
    const first = [...this.body.rows].map((row) => this.#first(row));
    this.#columns = [...first, ...data(root, "more-columns")];
    this.part("find")?.addEventListener("input", (event) => this.#find(event.target.value));
    this.#refresh();
  }

  headerOf(select) {
    return this.headers[Number(select.dataset.header)];
  }

  changed(select) {
    select.closest("tr").querySelector("[data-why]")?.remove();
    this.#refresh();
  }

  // What a person has said: where another column feeds the field, it gives way. Nothing happens where the file has no
  // such column.
  set(header, field) {
    const column = this.#columns.find(({ n }) => this.headers[n] === header);
    if (!column) return;
    const other = field && this.#columns.find((one) => one !== column && this.#fieldOf(one) === field);
    if (other) this.#give(other, "");
    this.#give(column, field);
  }

  #give(column, field) {
    const select = this.#select(column);
    select.value = field;
    this.changed(select);
  }

  #fieldOf({ row }) {
    return row?.querySelector("select").value;
  }

  ready() {
    const missing = this.#missing();
    if (missing.length) this.part("missing").focus();
    else if (!this.#fed().size) this.body.querySelector("select")?.focus();
    else return true;
    return false;
  }

  // -- Rows ----------------------------------------------------------------------------------------

  #first(row) {
    const select = row.querySelector("select");
    this.#fill(select, select.dataset.field);
    return { n: Number(select.dataset.header), name: row.querySelector("th").textContent, row, isFirst: true };
  }

  #fill(select, field) {
    select.append(this.options.content.cloneNode(true));
    select.value = field;
  }

  #select(column) {
    column.row ??= this.#made(column);
    return column.row.querySelector("select");
  }

  #made({ n, name, values }) {
    const row = this.blank.content.firstElementChild.cloneNode(true);
    const head = row.querySelector("th");
    head.id = `column-${n}`;
    head.textContent = name;
    const cell = row.querySelector(".values");
    for (const value of values) cell.append(Object.assign(document.createElement("span"), { textContent: value }));
    const select = row.querySelector("select");
    Object.assign(select, { name: `map-${n}`, id: `map-${n}` });
    select.dataset.header = n;
    select.setAttribute("aria-labelledby", head.id);
    this.#fill(select, "");
    this.body.append(row);
    return row;
  }

  #find(text) {
    const wanted = text.trim().toLowerCase();
    const found = wanted ? this.#columns.filter(({ name }) => name.toLowerCase().includes(wanted)) : this.#usual();
    const shown = new Set(wanted ? found.slice(0, MOST_FOUND) : found);
    for (const column of shown) this.#select(column);
    for (const column of this.#columns) if (column.row) column.row.hidden = !shown.has(column);
    this.#refresh();
    const words = found.length ? this.words.found : this.words.none_found;
    this.part("found").textContent = wanted ? filled(words, { shown: shown.size, found: found.length }) : "";
  }

  // Without a search: the first, and all that feed a field.
  #usual() {
    return this.#columns.filter((column) => column.isFirst || this.#fieldOf(column));
  }

  // -- What follows --------------------------------------------------------------------------------

  #fed() {
    return new Set(this.#columns.map((column) => this.#fieldOf(column)).filter(Boolean));
  }

  // Fields that are needed; and of those that several columns feed together, the ones without their column.
  #missing() {
    const fed = this.#fed();
    const begun = new Set(this.#fields.filter(({ value }) => fed.has(value)).map(({ dataset }) => dataset.together));
    return this.#fields.filter(({ value, dataset }) => {
      const needed = "required" in dataset || (dataset.together && begun.has(dataset.together));
      return needed && !fed.has(value);
    });
  }

  #refresh() {
    const fed = this.#fed();
    for (const { row } of this.#columns) if (row) this.#mark(row, fed);
    const missing = this.#missing();
    this.#nameMissing(missing);
    this.#nameIgnored();
    const names = missing.map(({ dataset }) => dataset.label);
    const reason = names.length ? filled(this.words.missing, { names: listed(names) }) : this.words.nothing_fed;
    this.part("blocked").textContent = names.length || !fed.size ? reason : "";
  }

  // One column a field: what another column feeds cannot be chosen a second time.
  #mark(row, fed) {
    const select = row.querySelector("select");
    row.classList.toggle("is-ignored", !select.value);
    for (const option of select.options) {
      option.disabled = Boolean(option.value) && option.value !== select.value && fed.has(option.value);
    }
  }

  #nameMissing(missing) {
    const names = new Set(missing.map(({ value }) => value));
    const box = this.part("missing");
    for (const item of box.querySelectorAll("[data-required-field]")) {
      item.hidden = !names.has(item.dataset.requiredField);
    }
    box.hidden = !missing.length;
  }

  #nameIgnored() {
    const names = this.#columns.filter((column) => !this.#fieldOf(column)).map(({ name }) => name);
    const more = names.length - MOST_NAMED;
    const shown = names.slice(0, MOST_NAMED);
    if (more > 0) shown.push(filled(this.words.more, { n: more }));
    this.part("ignored").textContent = names.length ? filled(this.words.ignored, { names: listed(shown) }) : this.words.all;
  }
}

function filled(words, values) {
  const text = (value) => (typeof value === "number" ? value.toLocaleString(language) : value);
  return words.replace(/\{(\w+)\}/g, (whole, name) => text(values[name] ?? whole));
}
