// Which state a figure shows, and whose it is: the reader's own, or one that the reader looks at, which
// leaves the own as it is: a linked one, or one that was set aside. Whatever would have to replace what it
// was not made from is set aside.

import { isEmbedded } from "./embed.js";
import * as links from "./links.js";
import { Own } from "./own.js";
import { branchOff, idOf, isEmpty, isSame, none, onceMore, stemsFrom } from "./record.js";
import * as store from "./store.js";
import { tellAside, tellGuest, tellLeftOut, tellUnreadable } from "./telling.js";
import * as together from "./together.js";

export class Shown {
  record;
  #figure;
  #notices;
  #guest = null; // { text: the link's, or null; id: under which it is set aside, null until the reader acts on it }
  #foreign; // the record has messages of another tab's, or of an earlier visit's, that were not answered then
  #own; // what is kept as the reader's

  constructor(figure, notices) {
    this.#figure = figure;
    this.#notices = notices;
    this.#own = new Own(figure, notices);
    this.record = this.#own.record;
    this.#foreign = this.record.pending.length > 0;
  }

  // What is kept of how the record looks.
  get html() {
    return this.#guest ? null : this.#own.html(this.record);
  }

  get #name() {
    return this.#figure.name;
  }

  // The reader acts.

  // Before an act: whoever has nothing of their own owns what they act on.
  claim() {
    if (!this.#guest || this.#guest.id) return;
    if (together.areFree(this.#figure)) return together.keep(this.#figure);
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
      if (reply.left_out) tellLeftOut(this.#notices, reply.left_out, this.#guest ? "this link" : "what was kept here");
      if (this.#guest && !this.#guest.id) return this.#arrived();
    }
    const kept = this.#own.record;
    if (this.#guest) this.#save();
    else if (!isSame(kept, this.record)) this.meet();
    else if (this.#foreign && !kept.pending.length && kept.log !== this.record.log) this.#adopt(kept);
    else if (!isEmpty(kept) || !isEmpty(this.record)) this.#own.write(this.record);
    if (reply && !this.#guest) this.#own.look(reply.private ? null : reply.html, () => this.rest());
    return undefined;
  }

  // The record's text can't be read, `why` is "damaged" or "newer". Returns whether another one is shown now.
  unreadable(why) {
    if (this.#guest) {
      this.backToOwn();
      tellUnreadable(this.#notices, why);
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
    const kept = this.#own.record;
    if (stemsFrom(this.record, kept)) this.#own.write(this.record);
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

  // The page may be going away.
  rest() {
    this.#own.rest(this.#guest ? null : this.record);
  }

  // Another tab may have gone on; `theirs` is what it wrote, if that is known.
  meet(theirs = none()) {
    const kept = this.#own.record;
    // Both tabs wrote at once, this one last.
    if (!stemsFrom(kept, theirs) && !stemsFrom(theirs, kept)) this.#setAside(theirs);
    if (this.#guest) return;
    if (isSame(kept, this.record)) {
      if (this.#foreign && !kept.pending.length && kept.log !== this.record.log) this.#adopt(kept);
    } else if (!stemsFrom(this.record, kept)) {
      this.#yieldTo(kept);
    } else if (Object.keys(kept.acts).length) {
      this.#own.write(this.record); // another tab, which had not heard yet, wrote an older one over it
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
    const own = this.#own.record;
    if (own.log !== this.record.log || own.pending.length) return;
    this.#guest = null;
    this.record = own;
    this.#notices.clear("linked");
  }

  // What is shown becomes the reader's own; what was so before is set aside.
  takeOver() {
    if (!this.#guest) return;
    const before = store.setOwnAside(this.#name);
    const { id } = this.#guest;
    if (id && stemsFrom(this.record, store.aside(this.#name, id))) store.drop(this.#name, id);
    this.#guest = null;
    this.record.acts = onceMore(before.acts, this.record.acts);
    this.#own.write(this.record);
    this.#notices.clear("linked");
    this.offerAsides();
  }

  backToOwn() {
    if (!this.#guest) return;
    this.#notices.clear("linked");
    this.#adopt(this.#own.record);
    this.offerAsides();
  }

  // What is said of it: see telling.js.

  #tell() {
    const hasOwn = !isEmpty(this.#own.record);
    // In a frame the link is how the figure begins, by the choice of whoever put it there.
    if (isEmbedded && !hasOwn && this.#guest.text !== null) return;
    tellGuest(this.#notices, this.#guest, hasOwn, {
      leave: () => together.leave(this.#figure),
      keep: () => together.keep(this.#figure),
    });
  }

  offerAsides() {
    const own = this.#own.record;
    for (const aside of store.asides(this.#name)) {
      const { id, log, pending } = aside;
      if (id === this.#guest?.id) continue;
      const drop = () => store.drop(this.#name, id);
      if (log === own.log && !pending.length)
        drop(); // it is what the reader has
      else tellAside(this.#notices, aside, { show: () => this.#showAside(aside), drop });
    }
  }

  #showAside(aside) {
    if (aside.hash) location.hash = aside.hash;
    else this.#visit({ text: null, id: aside.id }, aside);
  }
}

const isAlready = ({ log, pending }, text) => text === (log ?? "") && !pending.length;
