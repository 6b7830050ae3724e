// Texts that break programs, wherever storage and addresses may hold them: `node hostile.mjs < TEXTS.json` opens
// the page over each, labels once, comes back, and prints where the page did not live or the label was not kept.

import { readFileSync } from "node:fs";
import { BOOK, decode, encode, Page } from "./page.mjs";

const KEPT = "rlhf-book:/rlhf/:game";
const CHAPTER = `${BOOK}03-reward-model/`;
const json = JSON.stringify;
const own = encode([{ name: "label", value: 1 }]);

// What storage holds under which key, by the place at which the text stands.
const STORED = {
  "a record": (text) => [KEPT, text],
  "a record of an earlier release": (text) => ["rlhf-book:game", text],
  "a record's log": (text) => [KEPT, json({ log: text, length: text, pending: [], acts: {} })],
  "a step's type": (text) => [KEPT, json({ log: own, length: 1, pending: [{ type: text }, text], acts: { a: 1 } })],
  "a step's name": (text) => [KEPT, json({ log: own, length: 1, pending: [{ type: "event", name: text }], acts: {} })],
  "a visit": (text) => [KEPT, json({ log: own, length: 1, pending: [], acts: { [text]: 1, a: text } })],
  "a kept view": (text) => [`${KEPT}:view`, text],
  "a kept view's markup": (text) => [`${KEPT}:view`, json({ of: null, build: "", options: "{}", html: text })],
  "what was set aside": (text) => [`${KEPT}:aside:a`, text],
  "what was set aside, its log": (text) => [`${KEPT}:aside:a`, json({ log: text, length: 1, from: text, acts: {} })],
  "an aside's name": (text) => [`${KEPT}:aside:${text}`, json({ log: own, length: 1, from: "tab", acts: { b: 1 } })],
  "a bookmark": (text) => ["rlhf-book:/rlhf/:bookmark", text],
};
const ADDRESSES = {
  "a state": (text) => `${CHAPTER}#game=${encodeURIComponent(text)}`,
  "a state of this release": (text) => `${CHAPTER}#game=2.${encodeURIComponent(text)}`,
  "a state after another": (text) => `${CHAPTER}#game=${own}&builder=${encodeURIComponent(text)}`,
  "a figure's name": (text) => `${CHAPTER}#${encodeURIComponent(text)}=${own}`,
  "all after the number sign": (text) => `${CHAPTER}#${encodeURIComponent(text)}`,
  "a query": (text) => `${CHAPTER}?${encodeURIComponent(text)}`,
};

async function live(items, href) {
  const page = new Page({ items, pages: new Set(), isLate: false, count: 0 }, href);
  const idle = async () => {
    for (let times = 0; times < 12; times++) {
      await page.time();
      await page.work();
    }
  };
  await idle();
  await page.label("game", "mine");
  await idle();
  await page.leave();
  const { log, pending } = JSON.parse(items.get(KEPT)?.value ?? "{}");
  if (!decode(log).some(({ value }) => value === "mine")) throw new Error(`the label is not kept: ${log}`);
  if (pending.length) throw new Error(`not answered: ${json(pending)}`);
}

const wrong = [];
process.on("unhandledRejection", (error) => wrong.push(`rejected: ${error.stack}`));
for (const text of JSON.parse(readFileSync(0, "utf8"))) {
  for (const [place, at] of Object.entries({ ...STORED, ...ADDRESSES })) {
    const items = new Map();
    if (place in STORED) {
      const [key, value] = at(text);
      items.set(key, { value, number: 0 });
    }
    try {
      await live(items, place in ADDRESSES ? at(text) : CHAPTER);
    } catch (error) {
      wrong.push(`${place}: ${json(text.slice(0, 80))}: ${error.stack}`);
    }
  }
}
console.log(wrong.slice(0, 20).join("\n"));
process.exit(wrong.length > 0 ? 1 : 0);
