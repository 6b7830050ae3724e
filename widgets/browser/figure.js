// One widget on the page: what the reader does goes to Python as messages, what comes back is shown.

import { Answers } from "./answers.js";
import { copyLink } from "./copying.js";
import { offerEmbed } from "./embed.js";
import { Exchange } from "./exchange.js";
import { isTyped, Typing, valueOf } from "./fields.js";
import { askFor, given } from "./files.js";
import { Notices } from "./notices.js";
import { isEmpty } from "./record.js";
import { Screen } from "./screen.js";
import { Shown } from "./shown.js";
import { StoredViews } from "./stored.js";

export class Figure {
  #state; // the record that is shown, and whose it is
  #exchange; // with Python
  #answers;
  #screen;
  #stored;
  #typing;
  #notices;

  constructor(section, python) {
    this.section = section;
    this.name = section.dataset.widget;
    this.needs = section.dataset.needs?.split(" ") ?? [];
    this.python = python;
    this.#screen = new Screen(section);
    this.#exchange = new Exchange(this);
    this.#typing = new Typing(() => this.flush());
    this.#notices = new Notices(section.querySelector("[data-messages]"));
    this.#stored = new StoredViews(section, this.#screen);
    this.#state = new Shown(this, this.#notices);
    this.#answers = new Answers({
      state: this.#state,
      exchange: this.#exchange,
      screen: this.#screen,
      stored: this.#stored,
      notices: this.#notices,
      refreshTools: () => this.#refreshTools(),
    });
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

  get #record() {
    return this.#state.record;
  }

  get log() {
    return this.#record.log;
  }

  // What the reader does.

  // A control was worked; `text` is its value as JSON, as the control has it.
  act(control, text, value = JSON.parse(text)) {
    this.flush();
    this.#screen.touched();
    this.#screen.taken(control);
    const name = control.dataset.event;
    this.#stored.reconsider(this.needs);
    if (this.#stored.canHelp) this.#showStored(this.#stored.add(`${name} ${text}`));
    this.send({ type: "event", name, value });
  }

  change(control) {
    this.#screen.touched();
    if (control.type === "file") return this.#sendFiles(control);
    if (isTyped(control)) return this.#typing.hear(control);
    const value = valueOf(control);
    return this.act(control, JSON.stringify(value), value);
  }

  // What has been typed counts before anything else is done. Returns whether the figure shows another state since: then
  // another tab had gone on, and what the reader was about to do was not meant for this one.
  flush() {
    const typed = this.#typing.take(),
      before = this.#record;
    if (typed) this.send({ type: "event", ...typed });
    return this.#record !== before;
  }

  async #sendFiles(control) {
    const value = await given(control.files, this.python);
    control.value = "";
    if (value.length) this.send({ type: "event", name: control.dataset.event, value });
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

  #undo() {
    if (this.#stored.isAhead) this.#showStored(this.#stored.takeBack());
    this.send({ type: "undo" });
  }

  #reset() {
    const { log } = this.#record;
    if (this.#stored.canHelp) {
      this.#stored.begin();
      this.#screen.show(this.#screen.first);
    }
    this.send({ type: "reset" });
    const actions = { "Bring it back": () => this.send({ type: "load", log }) };
    if (log) this.#notices.say("info", "Started over.", { actions, id: "reset" });
  }

  // Where long work is stopped is the reader's doing too: another tab must not run it to its end.
  #stop() {
    this.#exchange.post({ type: "stop" });
    this.#state.acted();
  }

  // One more act of the reader's.
  send(message) {
    this.#notices.clear("reset");
    this.#state.claim();
    this.#exchange.act(this.#record, message, this.#stored.isAhead);
    this.#state.acted();
    this.#refreshTools();
    this.python.start();
  }

  // What Python is told, and what it says: see exchange.js and answers.js.

  mount() {
    this.#exchange.mount(this.#record);
  }

  // Has Python show the record, which is another than the one
  // before. It asks Python to come only where it is `wanted` now.
  load({ wanted = true } = {}) {
    this.#notices.clear("reset");
    this.#stored.forget();
    const asked = this.#exchange.load(this.#record);
    if (wanted) this.python.start();
    this.#exchange.expect(asked);
    this.#showKept();
    this.#refreshTools();
  }

  receive(reply) {
    this.#answers.receive(reply);
  }

  stateChanged() {
    this.#answers.stateChanged(this.python);
  }

  // Once all that was done here is answered, or can't be. Returns how many steps are not.
  settled() {
    return this.#exchange.settled(this.#record);
  }

  // What the reader sees before Python says it.

  async #showStored(coming) {
    const view = await coming;
    if (view) this.#screen.show(view);
  }

  // What storage knows of how the record looks.
  #showKept() {
    const { log, pending } = this.#record;
    if (log || pending.length) this.#stored.forget();
    const { html } = this.#state;
    if (html) this.#screen.show(html);
    else if (!log) this.#screen.showFirst();
  }

  #refreshTools() {
    this.#screen.tools(this.#exchange.left(this.#record), isEmpty(this.#record));
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
    if (!this.#exchange.isLive) this.#showKept();
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
