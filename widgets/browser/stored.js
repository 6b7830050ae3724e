// The views that the build stored for the first things a reader may do in a figure. They are fetched when the
// browser is idle, where they are not on the reader's disk; once the figure is on the screen they are parsed and
// rehearsed where nobody sees it, so that the browser has compiled, styled and shaped what a click will show.

import { whenIdle } from "./idle.js";
import * as links from "./links.js";
import { morph } from "./morph.js";
import { isKept } from "./offline.js";
import { isEmpty } from "./record.js";
import * as store from "./store.js";
import { parsed } from "./trusted.js";

export class StoredViews {
  #section;
  #view;
  #first; // the view's markup as the build put it into the page
  #path = ""; // the events since the first view, as the stored views name them; null where they can't help
  #markup = null; // a promise of all views by their path
  #parsed = new Map();
  #watch = new IntersectionObserver(
    (entries) => entries.some(({ isIntersecting }) => isIntersecting) && this.#prepare(),
  );

  constructor(section, { view, first }) {
    this.#section = section;
    this.#view = view;
    this.#first = first;
    if (!isKept()) whenIdle(() => this.#fetch());
    this.#watch.observe(section);
  }

  leave() {
    this.#watch.disconnect();
  }

  // Whether the view after what has been done so far may come from here, and whether something has been done.
  get canHelp() {
    return this.#path !== null;
  }

  get isAhead() {
    return Boolean(this.#path);
  }

  // Python has shown what is past the stored views, or the first view.
  forget() {
    this.#path = null;
  }

  begin() {
    this.#path = "";
  }

  // The build stored views for readers who had done nothing in the figures that this one builds on.
  reconsider(needs) {
    if (!needs.every(isUntouched)) this.forget();
  }

  // The view after one more event, or one less, as nodes or markup; undefined when another has overtaken it, null when
  // there is none, and Python must answer.
  add(key) {
    return this.#now(`${this.#path}${key}\n`);
  }

  takeBack() {
    return this.#now(this.#path.replace(/[^\n]*\n$/, ""));
  }

  async #now(path) {
    this.#path = path;
    const view = path ? await this.#after(path.slice(0, -1)) : this.#first;
    if (this.#path !== path) return undefined;
    if (view === null) this.#path = null;
    return view;
  }

  // The view after a path of events, as nodes; null where the build stored none.
  async #after(path) {
    const markup = (await this.#fetch())[path];
    return markup === undefined ? null : this.#nodes(path, markup);
  }

  #fetch() {
    this.#markup ??= fetch(new URL(this.#section.dataset.views, import.meta.url))
      .then((response) => (response.ok ? response.json() : {}))
      .catch(() => ({}));
    return this.#markup;
  }

  #nodes(path, markup) {
    if (!this.#parsed.has(path)) {
      this.#parsed.set(path, parsed(markup));
    }
    return this.#parsed.get(path).cloneNode(true);
  }

  async #prepare() {
    this.#watch.disconnect();
    const kinds = new Set(); // to shape text is dear: one of each kind of event is laid out
    for (const [path, markup] of Object.entries(await this.#fetch())) {
      const kind = path.split(" ", 1)[0];
      const isNew = !kinds.has(kind);
      kinds.add(kind);
      whenIdle(() => this.#rehearse(this.#nodes(path, markup), isNew));
    }
  }

  // Morphs a copy of the view; one that `isLaidOut` is so within the figure, for its styles, but invisible. The view is
  // a form, so radio buttons in the copy undo nothing that is chosen.
  #rehearse(nodes, isLaidOut) {
    const copy = this.#view.cloneNode(true);
    const stage = Object.assign(document.createElement("div"), {
      className: "rehearsal",
    });
    stage.append(copy);
    if (isLaidOut) this.#view.after(stage);
    morph(copy, nodes);
    stage.getBoundingClientRect();
    stage.remove();
  }
}

function isUntouched(name) {
  const text = links.linked(name);
  return text === null ? isEmpty(store.read(name)) : !text;
}
