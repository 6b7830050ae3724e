// Two tabs of one book, driven at random: `node two_tabs.mjs FIRST COUNT` tries so many seeds and prints what
// went wrong. Whatever the reader labelled is at any time in a record that is kept, or set aside, unless the
// reader took it back. STORY=1 tells what was done, and how all stood. LATE=1 has pages see late what others
// wrote, as browsers may for a moment.

import { after, BOOK, decode, encode, Page } from "./page.mjs";

const KEPT = "rlhf-book:/rlhf/:";
const CHAPTER = `${BOOK}03-reward-model/`;
const STEPS = 60;
const NAMES = ["game", "builder"];

// Mulberry32: small, and the same everywhere.
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Reader {
  #random;
  #shared;
  #tabs = [null, null];
  #made = 0;
  #labels = new Map(); // by value: the figure's name
  #given = new Set(); // what the reader took back
  #typed = [{}, {}]; // by tab and figure: what has not been sent yet, as the reader has not paused
  story = [];

  constructor(seed) {
    this.#random = dice(seed);
    this.#shared = {
      items: new Map(),
      pages: new Set(),
      isLate: Boolean(process.env.LATE),
      count: 0,
    };
  }

  #one(list) {
    return list[Math.floor(this.#random() * list.length)];
  }

  async read() {
    for (let step = 0; step < STEPS; step++) {
      await this.#act(Math.floor(this.#random() * 2));
      if (!this.#shared.isLate) this.#checkLabels();
    }
    for (const place of [0, 1]) if (this.#tabs[place]) this.#flushed(place);
    for (const place of [0, 1]) await this.#rest(place);
    this.#check();
  }

  async #act(place) {
    const page = this.#tabs[place];
    if (!page) return this.#open(place, this.#address());
    const name = this.#one(NAMES);
    const kind = this.#one([
      "label",
      "label",
      "label",
      "type",
      "work",
      "work",
      "work",
      "hear",
      "hear",
      "time",
      "offer",
      "undo",
      "reset",
      "reload",
      "close",
      "kill",
      "link",
    ]);
    this.story.push(...(process.env.STORY ? NAMES.map((each) => `    ${each}: ${this.#told(each)}`) : []));
    this.story.push(`${place} ${kind} ${name}`);
    if (!["work", "hear"].includes(kind)) page.storage.arrive();
    if (kind === "type") return this.#type(place, name);
    if (kind === "kill") this.#typed[place] = {}; // nobody can help that
    if (["undo", "reset"].includes(kind) && page.figure(name).querySelector(`[data-tool=${kind}]`).disabled)
      return undefined;
    if (kind === "offer" && !page.offers(name).length) return undefined;
    const typed = this.#typed[place][name] ? [{ value: this.#typed[place][name] }] : [];
    if (!["work", "hear"].includes(kind)) this.#flushed(place);
    if (kind === "label") return this.#label(page, name);
    if (kind === "offer") return this.#offer(page, name);
    if (kind === "undo" || kind === "reset") return this.#takeBack(page, name, kind, typed);
    if (kind === "reload") return this.#reload(place);
    if (kind === "close" || kind === "kill") {
      this.#tabs[place] = null;
      await this.#hearAll(page);
      return page.leave({ killed: kind === "kill" });
    }
    if (kind === "link") return this.#follow(place);
    return page[kind]();
  }

  async #open(place, href) {
    this.story.push(`${place} opens ${href.slice(BOOK.length)}`);
    this.#tabs[place] = new Page(this.#shared, href);
    await this.#tabs[place].time();
  }

  #address() {
    return CHAPTER + (this.#random() < 0.25 ? this.#link() : "");
  }

  // Somebody else's states, of labels that are not this reader's; some of them damaged.
  #link() {
    const log = (count) =>
      encode(
        Array.from({ length: count }, (_, number) => ({
          name: "label",
          value: `theirs ${number}`,
        })),
      );
    const damage = this.#random() < 0.2 ? "0" : "";
    return this.#random() < 0.5
      ? `#game=${log(1 + Math.floor(this.#random() * 3))}${damage}`
      : `#builder=${log(2)}${damage}&game=${log(Math.floor(this.#random() * 3))}`;
  }

  async #follow(place) {
    const page = this.#tabs[place],
      hash = this.#link();
    page.url.hash = hash;
    page.tell("hashchange", {});
    await page.time();
  }

  // Where what others write comes late, it comes before a reader gets so far as to close the page.
  async #hearAll(page) {
    while (this.#shared.isLate && (await page.hear()));
  }

  async #reload(place) {
    const { url } = this.#tabs[place];
    await this.#hearAll(this.#tabs[place]);
    await this.#tabs[place].leave();
    await this.#open(place, url.href);
  }

  async #label(page, name) {
    const value = `mine ${++this.#made}`;
    this.#labels.set(value, name);
    await page.label(name, value);
  }

  async #type(place, name) {
    const value = `mine ${++this.#made}`;
    for (const other of NAMES) if (other !== name) this.#flushed(place, other);
    this.#typed[place][name] = value;
    await this.#tabs[place].type(name, value);
  }

  // What was typed is sent now. What it is typed over has been taken back.
  #flushed(place, ...names) {
    for (const name of names.length ? names : NAMES) {
      const value = this.#typed[place][name];
      delete this.#typed[place][name];
      if (!value) continue;
      const page = this.#tabs[place];
      for (const record of [...this.#records(name), ...this.#records(name, page.storage), page.shown(name)]) {
        const last = record.at(-1);
        if (last?.name === "text") this.#given.add(last.value);
      }
      this.#labels.set(value, name);
    }
  }

  async #takeBack(page, name, tool, typed) {
    const button = page.figure(name).querySelector(`[data-tool=${tool}]`);
    for (const record of [...this.#records(name), ...this.#records(name, page.storage), page.shown(name), typed]) {
      for (const { value } of tool === "undo" ? record.slice(-1) : record) this.#given.add(value);
    }
    await page.click(button);
  }

  async #offer(page, name) {
    const offers = page.offers(name);
    if (!offers.length) return;
    const button = this.#one(offers);
    this.story.push(`  ${button.textContent}`);
    if (button.textContent === "Drop it") {
      const id = button.closest("[data-id]").dataset.id.replace("aside ", "");
      const dropped = this.#kept(`${KEPT}${name}:aside:${id}`);
      for (const { value } of dropped ?? []) this.#given.add(value);
    }
    await page.click(button);
  }

  // All that is kept of a figure, as logs: the reader's own, and what was set aside.
  // Of all of it, or as one page sees it.
  #records(name, storage) {
    const keys = [...this.#shared.items.keys()].filter(
      (key) => key === KEPT + name || key.startsWith(`${KEPT}${name}:aside:`),
    );
    return keys.map((key) => this.#kept(key, storage)).filter(Boolean);
  }

  #kept(key, storage) {
    const value = storage ? storage.getItem(key) : this.#shared.items.get(key)?.value;
    if (!value) return null;
    const { log, pending } = JSON.parse(value);
    let found = [];
    try {
      found = decode(log);
    } catch {
      // A damaged link was kept by nobody's choice.
    }
    return pending.reduce((so, message) => {
      try {
        return after(so, message);
      } catch {
        return so;
      }
    }, found);
  }

  #told(name) {
    return this.#records(name)
      .map((log) => `[${log.map(({ value }) => value).join(" ")}]`)
      .join(" ");
  }

  kept() {
    return [...this.#shared.items].map(([key, { value }]) => `${key} ${value}`).join("\n");
  }

  // All is heard, all is answered.
  async #rest(place) {
    const page = this.#tabs[place];
    if (!page) return;
    for (let times = 0; times < 400; times++) {
      for (const each of this.#tabs) {
        await each?.time();
        await each?.work();
        await each?.hear();
      }
      const busy = this.#tabs.some((each) => each && (each.storage.events.length || each.worker?.inbox.length));
      if (!busy && times > 6) break;
    }
    for (const name of NAMES) {
      const { pending, status } = page.figure(name).dataset;
      if (page.worker && (pending !== "0" || status !== "ready"))
        throw new Error(`${name} in tab ${place} waits for ever: ${pending} ${status}`);
    }
    if (page.problems.length) throw new Error(page.problems.join("; "));
  }

  #checkLabels() {
    for (const [value, of] of this.#labels) {
      const times = this.#records(of).map((log) => log.filter((event) => event.value === value).length);
      if (!this.#given.has(value) && !times.some(Boolean)) throw new Error(`${value} of ${of} is lost`);
      if (times.some((count) => count > 1)) throw new Error(`${value} of ${of} counts twice`);
    }
  }

  #check() {
    this.#checkLabels();
    const own = (name) => JSON.stringify(this.#kept(KEPT + name) ?? []);
    const [one, other] = this.#tabs;
    for (const name of NAMES) {
      const isGuest = (page) => page.offers(name).some(({ textContent }) => textContent === "Keep this one");
      for (const page of [one, other]) {
        if (!page?.worker || isGuest(page)) continue;
        const shown = JSON.stringify(page.shown(name));
        if (shown !== own(name)) throw new Error(`${name} shows ${shown}, and ${own(name)} is kept`);
      }
    }
  }
}

const [first, count] = process.argv.slice(2).map(Number);
let failed = 0;
for (let seed = first; seed < first + count; seed++) {
  const reader = new Reader(seed);
  try {
    await reader.read();
  } catch (error) {
    failed += 1;
    console.log(`seed ${seed}: ${error.message}`);
    if (process.env.STORY) console.log(`${error.stack}\n${reader.story.join("\n")}\n${reader.kept()}`);
  }
}
console.log(`${count - failed} of ${count} readings lost nothing`);
process.exitCode = failed ? 1 : 0;
