// What the person has chosen for columns and rows: kept while the preview changes around it.

export class Answers {
  #fields = new Map();
  #choices = new Map();

  forget() {
    this.forgetColumns();
    this.#choices.clear();
  }

  forgetColumns() {
    this.#fields.clear();
  }

  take(control, mapping) {
    if (control.matches("select[data-header]")) {
      const header = mapping.headerOf(control);
      this.#fields.delete(header); // to the end: the last answer counts
      this.#fields.set(header, control.value);
      mapping.changed(control);
    } else if (control.matches("[data-choices] input")) {
      this.#choices.set(control.name, control.value);
    }
  }

  giveTo(root, mapping) {
    for (const [header, field] of this.#fields) mapping.set(header, field);
    for (const input of root.querySelectorAll("[data-choices] input")) {
      if (this.#choices.has(input.name)) input.checked = input.value === this.#choices.get(input.name);
    }
  }
}
