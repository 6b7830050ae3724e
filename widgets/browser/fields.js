// What the fields of a figure say: typed text is sent when the reader pauses, everything else at once.

const TYPING_PAUSE = 180;

export const isTyped = (control) => ["text", "search"].includes(control.type) || control.matches("textarea");

// Of a field in which nothing is typed.
export function valueOf({ type, checked, value }) {
  if (type === "checkbox") return checked;
  return type === "range" || type === "number" ? Number(value) : value;
}

// What has been typed and not been sent.
export class Typing {
  #typed = null; // { name, value }
  #timer;
  #send;

  // `send` is to take what there is.
  constructor(send) {
    this.#send = send;
  }

  hear({ dataset, value }) {
    if (this.#typed?.name !== dataset.event) this.#send();
    clearTimeout(this.#timer);
    this.#typed = { name: dataset.event, value };
    this.#timer = setTimeout(this.#send, TYPING_PAUSE);
  }

  // The field's name and its text; null where there is nothing to be sent.
  take() {
    const typed = this.#typed;
    clearTimeout(this.#timer);
    this.#typed = null;
    return typed;
  }
}
