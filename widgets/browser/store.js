// What is kept of a figure between visits. Storage may be full or forbidden: then this visit still works.

import { keep, kept } from "./facilities.js";

const PREFIX = "rlhf-book:";
const unkept = new Map(); // for this visit

// A record: log (text), length, pending (messages Python has not answered yet), html (the last view), and the build and the
// options for which that was made.
export function read(name) {
  try {
    const record = JSON.parse(unkept.get(name) ?? kept(PREFIX + name)) ?? {};
    return {
      log: typeof record.log === "string" ? record.log : null,
      length: Number(record.length) || 0,
      pending: Array.isArray(record.pending) ? record.pending.filter((message) => message?.type) : [],
      html: typeof record.html === "string" ? record.html : null,
      build: record.build,
      options: record.options,
    };
  } catch {
    return { log: null, length: 0, pending: [], html: null };
  }
}

// Returns what went wrong, in a sentence, or null.
export function write(name, record) {
  unkept.delete(name);
  let problem = keep(PREFIX + name, JSON.stringify(record));
  if (problem !== null && record.html) problem = keep(PREFIX + name, JSON.stringify({ ...record, html: null }));
  if (problem !== null) unkept.set(name, JSON.stringify(record));
  return problem;
}

export const isKeyOf = (key, name) => key === PREFIX + name;

// States in the address: #reward-hacking=1.eJy...&preference-labeling=1.eJw..., the first of them the one that is meant,
// the others those that it builds on. An empty one is a figure in which nothing has happened.
const states = () => new URLSearchParams(location.hash.slice(1));
export const linked = (name) => states().get(name);
export const isMeant = (name) => states().keys().next().value === name;

export function linkTo(logs) {
  const address = new URL(location.href);
  address.hash = Object.entries(logs).map((state) => state.join("=")).join("&");
  return address.href;
}
