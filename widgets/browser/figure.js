// One widget on the page: what the reader does goes to Python as messages, what comes back is morphed in.

import { copyLink } from "./copying.js";
import { offerEmbed } from "./embed.js";
import { askFor, collect, given } from "./files.js";
import { focusOn, holdFocus } from "./focus.js";
import { whenIdle } from "./idle.js";
import * as links from "./links.js";
import { morph } from "./morph.js";
import { Notices } from "./notices.js";
import { Shown } from "./shown.js";
import * as store from "./store.js";
import { StoredViews } from "./stored.js";

const TYPING_PAUSE = 180;

export class Figure {
  #state; // the record that is shown, and whose it is
  #barrier = 0; // views for messages before this one would undo what is shown already
  #loading = 0; // a state that was asked for is not there before this message is answered
  #isFirst = true; // what the build put into the page is what it shows
  #live = false; // Python has shown this figure's present state at least once
  #typing = null; // what has been typed and not been sent
  #rest = null; // puts in what of the view shown last is only heard
  #stored;
  #notices;
  #settled = []; // who waits until all is answered

  constructor(section, python) {
    this.section = section;
    this.name = section.dataset.widget;
    this.needs = section.dataset.needs?.split(" ") ?? [];
    this.python = python;
    this.view = section.querySelector("[data-view]");
    this.first = this.view.innerHTML;
    this.#notices = new Notices(section.querySelector("[data-messages]"));
    this.#stored = new StoredViews(section, this.view, this.first);
    this.#state = new Shown(this, this.#notices);
    this.#showKept();
    python.join(this);
    this.openLink();
    this.#state.offerAsides();
    this.#refreshTools();
  }

  leave() {
    this.rest();
    this.#stored.leave();
    this.python.leave(this);
  }

  // Messages to Python.

  mount() {
    const needs = {},
      owed = {};
    for (const need of this.needs) {
      const kept = store.read(need),
        text = links.linked(need);
      needs[need] = text ?? kept.log;
      owed[need] = text === null ? kept.pending : [];
    }
    const options = JSON.parse(this.section.dataset.options);
    this.python.post({ type: "mount", widget: this.name, log: this.#record.log, needs, owed, options });
    this.#postPending();
    this.#live = false;
  }

  // A control was worked.
  act(control, value) {
    this.flush();
    this.section.dataset.touched = ""; // from now on, what arrives may move
    const name = control.dataset.event;
    control.setAttribute("data-taken", "");
    if (!this.#isAlone()) this.#stored.forget();
    if (this.#stored.canHelp) this.#showStored(this.#stored.add(`${name} ${value}`));
    this.send({ type: "event", name, value: JSON.parse(value) });
  }

  change(control) {
    const { type, dataset } = control;
    this.section.dataset.touched = "";
    if (type === "file") return this.#sendFiles(control);
    if (type === "text" || type === "search" || control.matches("textarea")) {
      if (this.#typing?.name !== dataset.event) this.flush();
      clearTimeout(this.#typing?.timer);
      this.#typing = { name: dataset.event, value: control.value, timer: setTimeout(() => this.flush(), TYPING_PAUSE) };
      return undefined;
    }
    const value =
      type === "checkbox"
        ? control.checked
        : type === "range" || type === "number"
          ? Number(control.value)
          : control.value;
    return this.act(control, JSON.stringify(value));
  }

  // What has been typed counts before anything else is done. Returns whether the figure shows another state since: then
  // another tab had gone on, and what the reader was about to do was not meant for this one.
  flush() {
    if (!this.#typing) return false;
    const { name, value, timer } = this.#typing;
    const before = this.#record;
    clearTimeout(timer);
    this.#typing = null;
    this.send({ type: "event", name, value });
    return this.#record !== before;
  }

  use({ tool, of, what }) {
    this.flush();
    if (tool === "undo") this.#undo();
    else if (tool === "reset") this.#reset();
    else if (tool === "stop") this.#stop();
    else if (tool === "save") askFor(what, this);
    else if (tool === "link") copyLink(this, this.#notices, of);
    else if (tool === "embed") offerEmbed(this, this.#notices, of);
  }

  async #sendFiles(control) {
    const value = await given(control.files, this.python);
    control.value = "";
    if (value.length) this.send({ type: "event", name: control.dataset.event, value });
  }

  // One more act of the reader's.
  send(message) {
    this.#notices.clear("reset");
    this.#state.claim();
    const entry = { ...message };
    this.#record.pending.push(entry);
    entry.id = this.python.post({ ...message, widget: this.name });
    if (!this.#live || this.#stored.isAhead) this.#barrier = entry.id;
    this.#state.acted();
    this.#refreshTools();
    this.python.start();
  }

  #undo() {
    if (this.#stored.isAhead) this.#showStored(this.#stored.takeBack());
    this.send({ type: "undo" });
  }

  #reset() {
    const { log } = this.#record;
    if (this.#stored.canHelp) {
      this.#stored.begin();
      this.#show(this.first);
    }
    this.send({ type: "reset" });
    const actions = { "Bring it back": () => this.send({ type: "load", log }) };
    if (log) this.#notices.say("info", "Started over.", { actions, id: "reset" });
  }

  // Where long work is stopped is the reader's doing too: another tab must not run it to its end.
  #stop() {
    this.python.post({ type: "stop", widget: this.name });
    this.#state.acted();
  }

  get #record() {
    return this.#state.record;
  }

  get log() {
    return this.#record.log;
  }

  #postPending() {
    for (const message of this.#record.pending) message.id = this.python.post({ ...message, widget: this.name });
    this.#barrier = Math.max(0, ...this.#record.pending.map(({ id }) => id));
  }

  // Has Python show the record, which is another than the one
  // before. It asks Python to come only where it is `wanted` now.
  load({ wanted = true } = {}) {
    const { log } = this.#record;
    this.#notices.clear("reset");
    this.#stored.forget();
    const asked = this.python.post(
      log ? { type: "load", widget: this.name, log } : { type: "reset", widget: this.name },
    );
    this.#postPending();
    this.#barrier = Math.max(this.#barrier, asked);
    if (wanted) this.python.start();
    this.#loading = this.python.isAwake ? asked : 0;
    this.#showKept();
    this.#refreshTools();
  }

  // What Python says.

  receive(reply) {
    if (reply.id < this.#loading) {
      // It is about a record that was shown before.
    } else if (reply.type === "stale") {
      this.#stored.forget();
      this.#stale(true);
    } else if (reply.type === "piece") {
      this.#progress(reply.progress);
      this.section.querySelector("[data-tool=stop]").hidden = !reply.busy;
      collect(reply);
    } else if (reply.type === "error") {
      this.#answered(reply);
      this.#notices.say("error", reply.message);
      this.#state.answered();
      this.#settle();
    } else {
      this.#receiveView(reply);
    }
  }

  #answered({ id }) {
    this.#record.pending = this.#record.pending.filter((message) => message.id > id);
    this.#loading = 0;
  }

  #receiveView(reply) {
    if (!reply.busy) {
      this.#answered(reply);
      if (reply.unread && this.#state.unreadable(reply.unread)) return;
      this.#state.answered(reply);
    }
    if (reply.id < this.#barrier) return;
    this.#live = true;
    // In its first state, stored views still answer sooner.
    if (reply.untouched && !reply.busy) this.#stored.begin();
    else this.#stored.forget();
    if (reply.html !== null || !this.#isFirst) this.#show(reply.html ?? this.first);
    this.#stale(reply.stale);
    this.#progress(reply.busy ? (reply.progress ?? 0) : null);
    this.section.querySelector("[data-tool=stop]").hidden = !reply.busy;
    for (const text of reply.messages) this.#notices.say("warn", text);
    if (!reply.busy && !this.#loading) this.#settle();
  }

  stateChanged() {
    const { state, progress, failure } = this.python;
    if (state === "loading") {
      this.section.dataset.status = "loading";
      this.#notices.clear("failure");
      this.#progress(progress);
    } else if (state === "failed") {
      this.section.dataset.status = "error";
      this.#progress(null);
      this.#notices.say("error", `${failure} You can read on; the figures rest.`, {
        actions: { "Try again": () => this.python.retry() },
        id: "failure",
      });
      this.#tellSettled();
    }
  }

  // Once all that was done here is answered, or can't be. Returns how many steps are not.
  settled() {
    const left = this.#record.pending.length;
    if (this.python.state === "failed" || (!left && !this.#loading)) return Promise.resolve(left);
    return new Promise((done) => this.#settled.push(done));
  }

  #settle() {
    this.#progress(null);
    for (const control of this.section.querySelectorAll("[data-taken]")) control.removeAttribute("data-taken");
    this.#refreshTools();
    this.section.dataset.status = "ready";
    if (!this.#record.pending.length) this.#tellSettled();
  }

  #tellSettled() {
    for (const done of this.#settled.splice(0)) done(this.#record.pending.length);
  }

  // What the reader sees.

  async #showStored(coming) {
    const view = await coming;
    if (view) this.#show(view);
  }

  // The build stored views for readers who had done nothing in the figures that this one builds on.
  #isAlone() {
    return this.needs.every((need) => {
      const { log, pending } = store.read(need);
      return !(links.linked(need) ?? (log || pending.length));
    });
  }

  // What storage knows of how the record looks.
  #showKept() {
    const { log, pending } = this.#record;
    if (log || pending.length) this.#stored.forget();
    const { html } = this.#state;
    if (html) this.#show(html);
    else if (!log && !this.#isFirst) this.#show(this.first);
  }

  // `content` is markup or nodes.
  #show(content) {
    this.#isFirst = content === this.first;
    const before = this.#liveText();
    let rest;
    holdFocus(this.view, (active) => (rest = morph(this.view, content, active)));
    this.#complete(rest);
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

  #refreshTools() {
    const { log, pending } = this.#record;
    this.section.dataset.pending = pending.length + (this.#loading ? 1 : 0); // what Python has not answered yet
    for (const tool of ["undo", "reset", "link"]) {
      const button = this.section.querySelector(`[data-tool=${tool}]`),
        had = button === document.activeElement;
      button.disabled = !log && !pending.length;
      if (had && button.disabled) focusOn(this.view);
    }
  }

  // Links, other tabs, and the page's coming and going: see shown.js.

  openLink() {
    this.#state.openLink();
  }

  meet(theirs) {
    this.#state.meet(theirs);
  }

  // Another tab has kept how the record looks, which Python has not yet shown here.
  look() {
    if (!this.#live) this.#showKept();
  }

  keepOwn() {
    this.#state.takeOver();
  }

  backToOwn() {
    this.#state.backToOwn();
  }

  // The page may be going away.
  rest() {
    this.flush();
    this.#state.rest();
  }
}
