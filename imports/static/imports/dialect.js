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

  // Whether the control is one of the dialect's.
  take(control) {
    const name = control.dataset.given;
    if (!name) return false;
    // Another format has other members; the encoding is the same whatever the format.
    if (name === "format") {
      const { encoding } = this.#members;
      this.#members = encoding ? { encoding } : {};
    }
    this.#members[name] = READERS[control.dataset.kind](control);
    return true;
  }
}
