// What the reader sees of a figure: its view, how far long work is, which tools can be used.

import { focusOn, holdFocus } from "./focus.js";
import { whenIdle } from "./idle.js";
import { morph } from "./morph.js";

export class Screen {
  #section;
  #isFirst = true; // what the build put into the page is what it shows
  #rest = null; // puts in what of the view shown last is only heard

  constructor(section) {
    this.#section = section;
    this.view = section.querySelector("[data-view]");
    this.first = this.view.innerHTML;
  }

  // `content` is markup or nodes.
  show(content) {
    this.#isFirst = content === this.first;
    const before = this.#liveText();
    let rest;
    holdFocus(this.view, (active) => (rest = morph(this.view, content, active)));
    this.#complete(rest);
    const text = this.#liveText();
    if (text !== before) this.#section.querySelector("[data-announce]").textContent = text;
  }

  showFirst() {
    if (!this.#isFirst) this.show(this.first);
  }

  // Once what is seen is painted, unless another view has come since.
  #complete(rest) {
    this.#rest = rest;
    requestAnimationFrame(() => whenIdle(() => this.#rest === rest && rest()));
  }

  #liveText() {
    return [...this.view.querySelectorAll("[data-live]")].map(({ textContent }) => textContent).join(" ");
  }

  // How far long work is, from 0 to 1; null where there is none.
  progress(fraction) {
    const bar = this.#section.querySelector(".widget-progress");
    bar.hidden = fraction === null;
    bar.value = fraction ?? 0;
    this.view.setAttribute("aria-busy", fraction !== null);
  }

  offerStop(is) {
    this.#section.querySelector("[data-tool=stop]").hidden = !is;
  }

  // What is shown is of before a change in a figure that this one builds on; it follows when the reader pauses.
  stale(is) {
    this.#section.toggleAttribute("data-stale", is);
  }

  // From now on, what arrives may move.
  touched() {
    this.#section.dataset.touched = "";
  }

  // A control shows that it was worked, until there is an answer.
  taken(control) {
    control.setAttribute("data-taken", "");
  }

  ready() {
    for (const control of this.#section.querySelectorAll("[data-taken]")) control.removeAttribute("data-taken");
    this.become("ready");
  }

  become(status) {
    this.#section.dataset.status = status;
  }

  // What Python has not answered yet, and whether there is something to take back or to link to.
  tools(unanswered, isEmpty) {
    this.#section.dataset.pending = unanswered;
    for (const tool of ["undo", "reset", "link"]) {
      const button = this.#section.querySelector(`[data-tool=${tool}]`),
        had = button === document.activeElement;
      button.disabled = isEmpty;
      if (had && button.disabled) focusOn(this.view);
    }
  }
}
