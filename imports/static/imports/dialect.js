// What the person says about how the file is written: only what was changed, by the names of its members.

const READERS = {
  check: (control) => control.checked,
  number: (control) => Number.parseInt(control.value, 10) || 0,
  words: (control) => control.value.split(",").map((word) => word.trim()).filter(Boolean),
  text: (control) => control.value,
};

export class Given {
  #members = {};

  get members() {
    return this.#members;
  }

  forget() {
    this.#members = {};
  }

  // Whether the control is one of the dialect's, and says something.
  take(control) {
    const { given: name, kind } = control.dataset;
    if (!name || (control.hasAttribute("data-other") && !control.value)) return false;
    // Another format has other members; the encoding is the same whatever the format.
    if (name === "format") {
      const { encoding } = this.#members;
      this.#members = encoding ? { encoding } : {};
    }
    this.#members[name] = READERS[kind](control);
    return true;
  }
}
