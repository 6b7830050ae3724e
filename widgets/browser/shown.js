// Which state a figure shows, and whose it is: the reader's own, or one that the reader looks at, which
// leaves the own as it is: a linked one, or one that was set aside. Whatever would have to replace what it
// was not made from is set aside.

import { isEmbedded } from "./embed.js";
import { whenIdle } from "./idle.js";
import * as links from "./links.js";
import { renew } from "./offline.js";
import { branchOff, idOf, isEmpty, isSame, none, onceMore, stemsFrom } from "./record.js";
import * as store from "./store.js";

const BUILD = import.meta.url;

export class Shown {
  record;
  #figure;
  #notices;
  #guest = null; // { text: the link's, or null; id: under which it is set aside, null until the reader acts on it }
  #foreign; // the record has messages of another tab's, or of an earlier visit's, that were not answered then
  #view = null; // that of the record, until it is kept
  static #warned = false;

  constructor(figure, notices) {
    this.#figure = figure;
    this.#notices = notices;
    this.record = store.read(figure.name);
    this.#foreign = this.record.pending.length > 0;
  }

  // What is kept of how the record looks.
  get html() {
    return this.#guest ? null : store.readView(this.#name, this.record, BUILD, this.#options);
  }

  get #name() {
    return this.#figure.name;
  }

  get #options() {
    return this.#figure.section.dataset.options;
  }

  // The reader acts.

  // Before an act: whoever has nothing of their own owns what they act on.
  claim() {
    if (!this.#guest || this.#guest.id) return;
    const isFree = (name) => isEmpty(store.read(name)) || store.read(name).log === links.linked(name);
    if (this.#linked().every(isFree)) return this.#keep();
    this.#guest.id = store.newId();
    this.#tell();
  }

  acted() {
    this.record.acts = onceMore(this.record.acts);
    this.#foreign = false;
    this.#save();
  }

  // Python answers. Without a reply, something went wrong, and only what was asked is off the list.
  answered(reply = null) {
    if (reply) {
      Object.assign(this.record, {
        log: reply.length ? reply.log : null,
        length: reply.length,
      });
      if (reply.left_out) this.#tellLeftOut(reply.left_out);
      if (this.#guest && !this.#guest.id) return this.#arrived();
    }
    const kept = store.read(this.#name);
    if (this.#guest) this.#save();
    else if (!isSame(kept, this.record)) this.meet();
    else if (this.#foreign && !kept.pending.length && kept.log !== this.record.log) this.#adopt(kept);
    else if (!isEmpty(kept) || !isEmpty(this.record)) this.#write();
    if (reply && !this.#guest) this.#keepView(reply.private ? null : reply.html);
    return undefined;
  }

  // The record's text can't be read, `why` is "damaged" or "newer". Returns whether another one is shown now.
  unreadable(why) {
    if (this.#guest) {
      this.backToOwn();
      this.#tellUnreadable(why);
      return true;
    }
    store.setAside(this.#name, store.newId(), {
      ...this.record,
      from: "unread",
    });
    this.record = {
      ...none(),
      pending: this.record.pending,
      acts: this.record.acts,
    };
    this.acted();
    this.offerAsides();
    return false;
  }

  // What is kept.

  #save() {
    if (this.#guest) {
      this.#saveGuest();
      return;
    }
    const kept = store.read(this.#name);
    if (stemsFrom(this.record, kept)) this.#write();
    else this.#yieldTo(kept);
  }

  #saveGuest() {
    const { id, text, hash } = this.#guest;
    if (!id) return;
    // Another tab may go on from it, too.
    if (!stemsFrom(this.record, store.aside(this.#name, id))) this.#guest.id = store.newId();
    store.setAside(this.#name, this.#guest.id, {
      ...this.record,
      from: text ?? "aside",
      hash,
    });
  }

  #write() {
    const problem = store.write(this.#name, this.record);
    // Once a page, where the reader is at work.
    if (!problem || Shown.#warned || !("touched" in this.#figure.section.dataset)) return;
    Shown.#warned = true;
    this.#notices.say("warn", problem);
  }

  #keepView(html) {
    const isDue = this.#view === null;
    this.#view = { html };
    if (isDue) whenIdle(() => this.rest());
  }

  // The page may be going away.
  rest() {
    if (this.#view && !this.#guest) store.writeView(this.#name, this.record, BUILD, this.#options, this.#view.html);
    this.#view = null;
  }

  // Another tab may have gone on; `theirs` is what it wrote, if that is known.
  meet(theirs = none()) {
    const kept = store.read(this.#name);
    // Both tabs wrote at once, this one last.
    if (!stemsFrom(kept, theirs) && !stemsFrom(theirs, kept)) this.#setAside(theirs);
    if (this.#guest) return;
    if (isSame(kept, this.record)) {
      if (this.#foreign && !kept.pending.length && kept.log !== this.record.log) this.#adopt(kept);
    } else if (!stemsFrom(this.record, kept)) {
      this.#yieldTo(kept);
    } else if (Object.keys(kept.acts).length) {
      this.#write(); // another tab, which had not heard yet, wrote an older one over it
    }
  }

  #yieldTo(kept) {
    if (!stemsFrom(kept, this.record)) {
      this.#setAside(this.record);
      branchOff();
    }
    this.#adopt(kept);
  }

  // What another tab's work leaves no place for.
  #setAside(record) {
    if (!isEmpty(record)) store.setAside(this.#name, idOf(record), { ...record, from: "tab" });
    this.offerAsides();
  }

  #adopt(record) {
    this.record = record;
    this.#guest = null;
    this.#foreign = record.pending.length > 0;
    this.#figure.load({ wanted: false });
  }

  // States that are only looked at.

  openLink() {
    const text = links.linked(this.#name);
    if (text === null) return;
    // From within a frame that would move the page around it.
    if (!isEmbedded && links.isMeant(this.#name)) this.#figure.section.scrollIntoView();
    if (this.#guest ? this.#guest.text === text : isAlready(this.record, text)) return;
    const kept = store.asides(this.#name).find(({ from }) => from === text);
    this.#visit({ text, id: kept?.id ?? null, hash: location.hash }, kept ?? { ...none(), log: text || null });
  }

  #visit(guest, record) {
    this.#guest = guest;
    this.record = record;
    this.#figure.load();
    this.#tell();
  }

  // What a link brought may be the reader's own.
  #arrived() {
    const own = store.read(this.#name);
    if (own.log !== this.record.log || own.pending.length) return;
    this.#guest = null;
    this.record = own;
    this.#notices.clear("linked");
  }

  // The figure, and those it builds on that came with the same link.
  #linked() {
    return [this.#name, ...this.#figure.needs.filter((need) => links.linked(need) !== null)];
  }

  #keep() {
    const names = this.#linked();
    for (const name of names) {
      const figure = this.#figure.python.figure(name);
      if (figure) figure.keepOwn();
      else store.own(name, links.linked(name));
    }
    links.strip(names);
  }

  // What is shown becomes the reader's own; what was so before is set aside.
  takeOver() {
    if (!this.#guest) return;
    const before = store.setOwnAside(this.#name);
    const { id } = this.#guest;
    if (id && stemsFrom(this.record, store.aside(this.#name, id))) store.drop(this.#name, id);
    this.#guest = null;
    this.record.acts = onceMore(before.acts, this.record.acts);
    this.#write();
    this.#notices.clear("linked");
    this.offerAsides();
  }

  #leave() {
    const names = this.#linked();
    for (const name of names) this.#figure.python.figure(name)?.backToOwn();
    links.strip(names);
  }

  backToOwn() {
    if (!this.#guest) return;
    this.#notices.clear("linked");
    this.#adopt(store.read(this.#name));
    this.offerAsides();
  }

  // What is said of it.

  #tell() {
    const hasOwn = !isEmpty(store.read(this.#name));
    // In a frame the link is how the figure begins, by the choice of whoever put it there.
    if (isEmbedded && !hasOwn && this.#guest.text !== null) return;
    const what = this.#guest.text === null ? "a state that was set aside" : "a linked state";
    const on = this.#guest.id && this.#guest.text !== null ? ", and what you did from there" : "";
    this.#notices.say("info", `This figure shows ${what}${on}${hasOwn ? "; your own is kept" : ""}.`, {
      actions: {
        [hasOwn ? "Back to mine" : "Start from the beginning"]: () => this.#leave(),
        "Keep this one": () => this.#keep(),
      },
      id: "linked",
    });
  }

  offerAsides() {
    const own = store.read(this.#name);
    for (const aside of store.asides(this.#name)) {
      const { id, from, log, pending } = aside;
      if (id === this.#guest?.id) continue;
      if (log === own.log && !pending.length) {
        store.drop(this.#name, id); // it is what the reader has
        continue;
      }
      const show = from === "unread" ? {} : { "Show it": () => this.#showAside(aside) };
      const actions = { ...show, "Drop it": () => store.drop(this.#name, id) };
      this.#notices.say("info", sentence(aside), {
        actions,
        id: `aside ${id}`,
      });
    }
  }

  #showAside(aside) {
    if (aside.hash) location.hash = aside.hash;
    else this.#visit({ text: null, id: aside.id }, aside);
  }

  #tellUnreadable(why) {
    if (why === "newer") return this.#tellNewer("This link was made by a newer release of the book.");
    const text = "This link can’t be read: something in it was changed on its way. Ask for it once more.";
    return this.#notices.say("error", text, { id: "link" });
  }

  #tellLeftOut(count) {
    const steps = count === 1 ? "One step" : `${count} steps`;
    const text =
      `${steps} of ${this.#guest ? "this link" : "what was kept here"} can’t be done in this release of the book ` +
      `and ${count === 1 ? "was" : "were"} left out.`;
    this.#tellNewer(text);
  }

  #tellNewer(text) {
    this.#notices.say("warn", text, {
      actions: { "Look for a newer release": () => renew(), Dismiss: () => {} },
      id: "release",
    });
  }
}

const isAlready = ({ log, pending }, text) => text === (log ?? "") && !pending.length;

function sentence({ from, length, pending }) {
  const count = length + pending.length;
  const steps = count === 1 ? "one step" : `${count} steps`;
  if (from === "tab") return `This figure went on in another tab. What was done here is set aside: ${steps}.`;
  if (from === "own") return `Your own state from before is set aside: ${steps}.`;
  if (from === "unread") return "What was kept of this figure can’t be read, and is set aside as it was.";
  return `What you did after a linked state is set aside: ${steps}.`;
}
