// The views that the build stored for the first things a reader may do in a figure. They are fetched when the browser is
// idle, where they are not on the reader's disk; once the figure is on the screen they are parsed and rehearsed where
// nobody sees it, so that the browser has compiled, styled and shaped what a click will show.

import { whenIdle } from "./idle.js";
import { morph } from "./morph.js";
import { isKept } from "./offline.js";

export class StoredViews {
  #section;
  #view;
  #markup = null; // a promise of all views by their path
  #parsed = new Map();
  #watch = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && this.#prepare());

  constructor(section, view) {
    this.#section = section;
    this.#view = view;
    if (!isKept()) whenIdle(() => this.#fetch());
    this.#watch.observe(section);
  }

  leave() {
    this.#watch.disconnect();
  }

  // The view after a path of events, as nodes; undefined where the build stored none.
  async after(path) {
    const markup = (await this.#fetch())[path];
    return markup === undefined ? undefined : this.#nodes(path, markup);
  }

  #fetch() {
    this.#markup ??= fetch(new URL(this.#section.dataset.views, import.meta.url))
      .then((response) => (response.ok ? response.json() : {}))
      .catch(() => ({}));
    return this.#markup;
  }

  #nodes(path, markup) {
    if (!this.#parsed.has(path)) {
      const template = document.createElement("template");
      template.innerHTML = markup;
      this.#parsed.set(path, template.content);
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
    const stage = Object.assign(document.createElement("div"), { className: "rehearsal" });
    stage.append(copy);
    if (isLaidOut) this.#view.after(stage);
    morph(copy, nodes);
    stage.getBoundingClientRect();
    stage.remove();
  }
}
