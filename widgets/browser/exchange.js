// A figure's talk with Python: what it is told, which of its answers still count, and who waits for the last of them.
// Two know what has been done, the page's record and Python's session, and the page shows some of it before Python does
// (stored.js): by the messages' numbers it is told which views would take the reader back.

import * as links from "./links.js";
import * as store from "./store.js";

export class Exchange {
  #figure;
  #python;
  #barrier = 0; // views for messages before this one would undo what is shown already
  #loading = 0; // a state that was asked for is not there before this message is answered
  #waiting = []; // who waits until all is answered
  isLive = false; // Python has shown this figure's present state at least once

  constructor(figure) {
    this.#figure = figure;
    this.#python = figure.python;
  }

  // The record, and what it builds on. Whatever Python had shown before, it has yet to show this.
  mount({ log, pending }) {
    const needs = {},
      owed = {};
    for (const need of this.#figure.needs) {
      const kept = store.read(need),
        text = links.linked(need);
      needs[need] = text ?? kept.log;
      owed[need] = text === null ? kept.pending : [];
    }
    this.post({ type: "mount", log, needs, owed, options: JSON.parse(this.#figure.section.dataset.options) });
    this.#postAll(pending);
    this.isLive = false;
  }

  // One more act. `isAhead` says that the page shows what Python has not.
  act({ pending }, message, isAhead) {
    const entry = { ...message };
    pending.push(entry);
    entry.id = this.post(message);
    if (!this.isLive || isAhead) this.#barrier = entry.id;
  }

  // Another record than the one before.
  load({ log, pending }) {
    const asked = this.post(log ? { type: "load", log } : { type: "reset" });
    this.#postAll(pending);
    this.#barrier = Math.max(this.#barrier, asked);
    return asked;
  }

  // Answers count from this one's on, if Python is there to be heard.
  expect(asked) {
    this.#loading = this.#python.isAwake ? asked : 0;
  }

  #postAll(pending) {
    for (const message of pending) message.id = this.post(message);
    this.#barrier = Math.max(0, ...pending.map(({ id }) => id));
  }

  post(message) {
    return this.#python.post({ ...message, widget: this.#figure.name });
  }

  // What Python says.

  // Whether it is about a record that was shown before.
  isPast({ id }) {
    return id < this.#loading;
  }

  // Whether a view would undo what is shown already.
  isOvertaken({ id }) {
    return id < this.#barrier;
  }

  answered(record, { id }) {
    record.pending = record.pending.filter((message) => message.id > id);
    this.#loading = 0;
  }

  get isLoading() {
    return this.#loading > 0;
  }

  // How much is not answered yet.
  left({ pending }) {
    return pending.length + (this.isLoading ? 1 : 0);
  }

  // Once all is answered, or can't be. Returns how many steps are not.
  settled(record) {
    const steps = record.pending.length;
    if (this.#python.state === "failed" || !this.left(record)) return Promise.resolve(steps);
    return new Promise((done) => this.#waiting.push(done));
  }

  tellSettled({ pending }) {
    for (const done of this.#waiting.splice(0)) done(pending.length);
  }
}
