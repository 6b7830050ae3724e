// One widget on the page: what the reader does goes to Python as messages, what comes back is morphed in.

import { copy } from "./facilities.js";
import { whenIdle } from "./idle.js";
import { morph } from "./morph.js";
import * as store from "./store.js";
import { StoredViews } from "./stored.js";

const BUILD = import.meta.url;
const TYPING_PAUSE = 180;

export class Figure {
  #record; // what is kept, see store.js
  #kept = null; // the reader's own record, while a linked state is shown
  #barrier = 0; // views for messages before this one would undo what stored views already showed
  #isFirst = true; // what the build put into the page is what it shows
  #path = ""; // the events since the first view, as the stored views name them; null where they can't help
  #stored;
  #live = false; // Python has shown this figure's present state at least once
  #typing = null;
  static #warned = false;
  #rest = null; // puts in what of the view shown last is only heard

  constructor(section, python) {
    this.section = section;
    this.name = section.dataset.widget;
    this.python = python;
    this.view = section.querySelector("[data-view]");
    this.first = this.view.innerHTML;
    this.needs = section.dataset.needs?.split(" ") ?? [];
    this.#record = store.read(this.name);
    if (this.#record.log || this.#record.pending.length) this.#path = null;
    if (this.#record.html && this.#record.build === BUILD && this.#record.options === section.dataset.options) this.#show(this.#record.html);
    this.#stored = new StoredViews(section, this.view);
    python.join(this);
    this.openLink();
    this.#refreshTools();
  }

  leave() {
    clearTimeout(this.#typing);
    this.#stored.leave();
    this.python.leave(this);
  }

  // Messages to Python.

  mount() {
    const needs = {};
    for (const need of this.needs) needs[need] = store.linked(need) ?? store.read(need).log;
    const options = JSON.parse(this.section.dataset.options);
    this.python.post({ type: "mount", widget: this.name, log: this.#record.log, needs, options });
    for (const message of this.#record.pending) message.id = this.python.post({ ...message, widget: this.name });
    this.#barrier = Math.max(0, ...this.#record.pending.map(({ id }) => id));
    this.#live = false;
  }

  act(control, value) {
    this.section.dataset.touched = ""; // from now on, what arrives may move
    const name = control.dataset.event;
    this.#answerAtOnce(control, `${name} ${value}`);
    this.#send({ type: "event", name, value: JSON.parse(value) });
  }

  change(control) {
    const { type, dataset } = control;
    this.section.dataset.touched = "";
    if (type === "file") return this.#sendFile(control);
    if (type === "text" || type === "search" || control.matches("textarea")) {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#send({ type: "event", name: dataset.event, value: control.value }), TYPING_PAUSE);
      return undefined;
    }
    const value = type === "checkbox" ? control.checked : type === "range" || type === "number" ? Number(control.value) : control.value;
    return this.act(control, JSON.stringify(value));
  }

  use({ tool, of }) {
    if (tool === "undo") this.#undo();
    else if (tool === "reset") this.#reset();
    else if (tool === "stop") this.python.post({ type: "stop", widget: this.name });
    else if (tool === "link") this.#copyLink(of);
  }

  async #sendFile(control) {
    const [file] = control.files;
    if (!file) return;
    this.#send({ type: "event", name: control.dataset.event, value: await file.text() });
    control.value = "";
  }

  #send(message) {
    const entry = { ...message };
    this.#record.pending.push(entry);
    entry.id = this.python.post({ ...message, widget: this.name });
    if (!this.#live || this.#path) this.#barrier = entry.id;
    this.#save();
    this.python.start();
  }

  #undo() {
    if (this.#path) {
      this.#path = this.#path.split("\n").slice(0, -2).map((key) => `${key}\n`).join("");
      this.#showStored(this.#path);
    }
    this.#send({ type: "undo" });
  }

  #reset() {
    const { log } = this.#record;
    if (this.#path !== null) this.#showStored((this.#path = ""));
    this.#send({ type: "reset" });
    if (log) this.#say("info", "Started over.", { "Bring it back": () => this.#send({ type: "load", log }) });
  }

  // What Python says.

  receive(reply) {
    if (reply.type === "stale") {
      this.#path = null;
      this.#stale(true);
      return;
    }
    if (!reply.busy) {
      this.#record.pending = this.#record.pending.filter(({ id }) => id > reply.id);
    }
    if (reply.type === "error") {
      this.#say("error", reply.message);
      this.#save();
      this.#settled();
      this.section.dataset.status = "ready";
      return;
    }
    if (reply.id < this.#barrier) return;
    this.#live = true;
    this.#path = reply.untouched && !reply.busy ? "" : null; // in its first state, stored views still answer sooner
    if (reply.html !== null || !this.#isFirst) this.#show(reply.html ?? this.first);
    this.#stale(reply.stale);
    this.#progress(reply.busy ? reply.progress ?? 0 : null);
    this.section.querySelector("[data-tool=stop]").hidden = !reply.busy;
    for (const text of reply.messages) this.#say("warn", text);
    if (reply.busy) return;
    Object.assign(this.#record, { log: reply.length ? reply.log : null, length: reply.length, html: reply.html, build: BUILD, options: this.section.dataset.options });
    if (!reply.length) this.#record.html = null;
    this.#save();
    this.#settled();
    this.section.dataset.status = "ready";
  }

  stateChanged() {
    const { state, progress, failure } = this.python;
    if (state === "loading") {
      this.section.dataset.status = "loading";
      this.#clear("failure");
      this.#progress(progress);
    } else if (state === "failed") {
      this.section.dataset.status = "error";
      this.#progress(null);
      this.#say("error", `${failure} You can read on; the figures rest.`, { "Try again": () => this.python.retry() }, "failure");
    }
  }

  // What the reader sees.

  #answerAtOnce(control, key) {
    control.setAttribute("data-taken", "");
    if (!this.#isAlone()) this.#path = null;
    if (this.#path === null) return;
    this.#path += `${key}\n`;
    this.#showStored(this.#path);
  }

  // Shows the view after a path of events if the build stored it; else the path ends and Python must answer.
  async #showStored(path) {
    const content = path ? await this.#stored.after(path.slice(0, -1)) : this.first;
    if (this.#path !== path) return;
    if (content === undefined) this.#path = null;
    else this.#show(content);
  }

  // The build stored views for readers who had done nothing in the figures that this one builds on.
  #isAlone() {
    return this.needs.every((need) => {
      const { log, pending } = store.read(need);
      return !(store.linked(need) ?? (log || pending.length));
    });
  }

  // `content` is markup or nodes.
  #show(content) {
    this.#isFirst = content === this.first;
    const active = this.view.contains(document.activeElement) ? document.activeElement : null;
    const place = active && this.#placeOf(active);
    const before = this.#liveText();
    this.#complete(morph(this.view, content, active));
    if (place && (active.disabled || !this.view.contains(document.activeElement))) this.#focus(place);
    const text = this.#liveText();
    if (text !== before) this.section.querySelector("[data-announce]").textContent = text;
  }

  // Once what is seen is painted, unless another view has come since.
  #complete(rest) {
    this.#rest = rest;
    requestAnimationFrame(() => whenIdle(() => this.#rest === rest && rest()));
  }

  #liveText() {
    return [...this.view.querySelectorAll("[data-live]")].map(({ textContent }) => textContent).join(" ");
  }

  // Where focus was, so that it can go back when the control it was on is gone.
  #placeOf(control) {
    const selector = control.dataset.event ? `[data-event="${CSS.escape(control.dataset.event)}"]` : "button, input";
    return { selector, index: [...this.view.querySelectorAll(selector)].indexOf(control) };
  }

  // To the nearest control of the same kind that can be used, else to the figure.
  #focus({ selector, index }) {
    const far = ([place]) => Math.abs(place - index);
    const usable = [...this.view.querySelectorAll(selector)].map((control, place) => [place, control]).filter(([, { disabled }]) => !disabled);
    const [, control] = usable.sort((one, other) => far(one) - far(other))[0] ?? [];
    if (control) control.focus({ preventScroll: true });
    else this.#focusView();
  }

  #focusView() {
    this.view.tabIndex = -1;
    this.view.focus({ preventScroll: true });
  }

  #progress(fraction) {
    const bar = this.section.querySelector(".widget-progress");
    bar.hidden = fraction === null;
    bar.value = fraction ?? 0;
    this.view.setAttribute("aria-busy", fraction !== null);
  }

  // What is shown is of before a change in a figure that this one builds on; it follows when the reader pauses.
  #stale(is) {
    this.section.toggleAttribute("data-stale", is);
  }

  #settled() {
    this.#progress(null);
    for (const control of this.section.querySelectorAll("[data-taken]")) control.removeAttribute("data-taken");
    this.#refreshTools();
  }

  #refreshTools() {
    const { log, pending } = this.#record;
    this.section.dataset.pending = pending.length; // what Python has not answered yet
    for (const tool of ["undo", "reset", "link"]) {
      const button = this.section.querySelector(`[data-tool=${tool}]`), had = button === document.activeElement;
      button.disabled = !log && !pending.length;
      if (had && button.disabled) this.#focusView();
    }
  }

  // A message above the figure, with buttons for what can be done about it: { label: work }.
  #say(kind, text, actions = { Dismiss: () => {} }, id = text, more = "") {
    this.#clear(id);
    const message = document.createElement("p");
    message.className = `message message-${kind}`;
    message.dataset.id = id;
    if (kind === "error") message.setAttribute("role", "alert");
    message.append(text, more);
    for (const [label, work] of Object.entries(actions)) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "tool", textContent: label });
      button.addEventListener("click", () => (message.remove(), work()));
      message.append(" ", button);
    }
    this.section.querySelector("[data-messages]").append(message);
  }

  #clear(id) {
    for (const message of this.section.querySelectorAll("[data-messages] > [data-id]")) {
      if (message.dataset.id === id) message.remove();
    }
  }

  // What stays: storage, links, other tabs.

  #save() {
    this.#refreshTools();
    if (this.#kept) return;
    const problem = store.write(this.name, this.#record);
    // Once a page, where the reader is at work.
    if (!problem || Figure.#warned || !("touched" in this.section.dataset)) return;
    Figure.#warned = true;
    this.#say("warn", problem);
  }

  // To this figure's state, or to that of one that it builds on.
  async #copyLink(of = this.name) {
    const logOf = (name) => (name === this.name ? this.#record.log : store.linked(name) ?? store.read(name).log) ?? "";
    if (!logOf(of)) return;
    const whole = of === this.name ? [of, ...this.needs] : [of];
    const address = store.linkTo(Object.fromEntries(whole.map((name) => [name, logOf(name)])));
    if (await copy(address)) return this.#say("info", "The link to this state is on your clipboard.", undefined, "link");
    const field = Object.assign(document.createElement("input"), { readOnly: true, value: address, className: "copied" });
    field.setAttribute("aria-label", "The link to this state");
    this.#say("info", "This browser lets no page copy. Here is the link to this state: ", undefined, "link", field);
    return field.select();
  }

  // A linked state is shown without touching the reader's own, until the reader decides.
  openLink() {
    const log = store.linked(this.name);
    if (log === null || log === (this.#record.log ?? "")) return;
    this.#kept ??= structuredClone(this.#record);
    this.#path = null;
    this.#send(log ? { type: "load", log } : { type: "reset" });
    const own = Boolean(this.#kept.log);
    this.#say("info", `This figure shows a linked state${own ? "; your own is kept" : ""}.`, {
      [own ? "Back to mine" : "Start from the beginning"]: () => this.#leaveLink(),
      "Keep this one": () => this.#keepLink(),
    });
    if (store.isMeant(this.name)) this.section.scrollIntoView();
  }

  #leaveLink() {
    const mine = this.#kept;
    this.#kept = null;
    history.replaceState(history.state, "", location.pathname + location.search);
    if (mine?.log) this.#send({ type: "load", log: mine.log });
    else this.#send({ type: "reset" });
  }

  #keepLink() {
    this.#kept = null;
    history.replaceState(history.state, "", location.pathname + location.search);
    this.#save();
  }

  storageChanged(key) {
    if (!store.isKeyOf(key, this.name) || this.#kept || !this.#live) return;
    const { log } = store.read(this.name);
    if (log === this.#record.log) return;
    this.#record.log = log;
    this.python.post(log ? { type: "load", widget: this.name, log } : { type: "reset", widget: this.name });
  }
}
