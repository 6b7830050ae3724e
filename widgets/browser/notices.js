// Messages above a figure, with buttons for what can be done about them.

export class Notices {
  #place;

  constructor(place) {
    this.#place = place;
  }

  // `actions` are { label: work }; another message of the same `id` gives way. `more` is put behind the text.
  say(kind, text, { actions = { Dismiss: () => {} }, id = text, more = "" } = {}) {
    this.clear(id);
    const message = document.createElement("p");
    message.className = `message message-${kind}`;
    message.dataset.id = id;
    if (kind === "error") message.setAttribute("role", "alert");
    message.append(text, more);
    for (const [label, work] of Object.entries(actions)) {
      const button = Object.assign(document.createElement("button"), {
        type: "button",
        className: "tool",
        textContent: label,
      });
      button.addEventListener("click", () => (message.remove(), work()));
      message.append(" ", button);
    }
    this.#place.append(message);
  }

  clear(id) {
    for (const message of this.#place.querySelectorAll(":scope > [data-id]"))
      if (message.dataset.id === id) message.remove();
  }
}
