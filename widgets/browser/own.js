// The reader's own record of a figure, as it is kept, and how it looks, for the next visit's first sight.

import { whenIdle } from "./idle.js";
import * as store from "./store.js";

const BUILD = import.meta.url;

export class Own {
  #figure;
  #notices;
  #view = null; // that of the record, until it is kept
  static #warned = false;

  constructor(figure, notices) {
    this.#figure = figure;
    this.#notices = notices;
  }

  get record() {
    return store.read(this.#figure.name);
  }

  write(record) {
    const problem = store.write(this.#figure.name, record);
    // Once a page, where the reader is at work.
    if (!problem || Own.#warned || !("touched" in this.#figure.section.dataset)) return;
    Own.#warned = true;
    this.#notices.say("warn", problem);
  }

  get #options() {
    return this.#figure.section.dataset.options;
  }

  html(record) {
    return store.readView(this.#figure.name, record, BUILD, this.#options);
  }

  // The record looks like this from now on; `rest` is called when there is time to keep it.
  look(html, rest) {
    const isDue = this.#view === null;
    this.#view = { html };
    if (isDue) whenIdle(rest);
  }

  // Keeps how the record looks; where another one than the reader's is shown, `record` is null.
  rest(record) {
    if (this.#view && record) store.writeView(this.#figure.name, record, BUILD, this.#options, this.#view.html);
    this.#view = null;
  }
}
