// What is kept of figures between visits, for this book alone: another one on the same
// origin has another path. Storage may be full or forbidden: then this visit still works.

import { forget, keep, kept, keysKept } from "./facilities.js";
import { isEmpty, none, onceMore, parse } from "./record.js";
import { isAllowed } from "./trusted.js";

/* global BOOK_NAME */

const BOOK = new URL("../../", import.meta.url).pathname;
const EARLIER = `${BOOK_NAME}:`; // releases before named no path
const PREFIX = `${EARLIER}${BOOK}:`;
const unkept = new Map(); // for this visit

export const earlierKeyOf = (name) => EARLIER + name;

export const keyOf = (name) => PREFIX + name;

export const viewKeyOf = (name) => keyOf(`${name}:view`);

const get = (key) => unkept.get(key) ?? kept(key);

function put(key, value) {
  unkept.delete(key);
  const problem = keep(key, value);
  if (problem !== null) unkept.set(key, value);
  return problem;
}

function remove(key) {
  unkept.delete(key);
  forget(key);
}

export function read(name) {
  return parse(get(keyOf(name)) ?? get(earlierKeyOf(name)));
}

// Returns what went wrong, in a sentence, or null.
export function write(name, { log, length, pending, acts }) {
  const problem = put(keyOf(name), JSON.stringify({ log, length, pending, acts }));
  if (problem === null) forget(earlierKeyOf(name));
  return problem;
}

// A linked state becomes the reader's own, in a figure that is not on the page. What was there before is set aside.
export function own(name, log) {
  const before = setOwnAside(name);
  write(name, { ...none(), log: log || null, acts: onceMore(before.acts) });
}

// Returns what the reader's own was, which something else is about to become.
export function setOwnAside(name) {
  const before = read(name);
  if (!isEmpty(before)) setAside(name, newId(), { ...before, from: "own" });
  return before;
}

// The view of a log, for the next visit's first sight; of a build and options.
const place = ({ log }) => log?.slice(0, 24);

export function readView(name, record, build, options) {
  try {
    const found = JSON.parse(get(viewKeyOf(name)));
    const isOf = found.of === place(record) && found.build === build && found.options === options;
    return isOf && typeof found.html === "string" && isAllowed(found.html) ? found.html : null;
  } catch {
    return null;
  }
}

export function writeView(name, record, build, options, html) {
  if (!html) return forget(viewKeyOf(name));
  return keep(viewKeyOf(name), JSON.stringify({ of: place(record), build, options, html }));
}

// Records that are neither shown nor lost, each with `id` and
// `from`: the linked state that it goes on from, "tab" or "own".
export const newId = () => Math.random().toString(36).slice(2, 10);

export function asides(name) {
  const prefix = keyOf(`${name}:aside:`);
  const keys = new Set([...keysKept(), ...unkept.keys()].filter((key) => key.startsWith(prefix)));
  const found = [...keys].sort().map((key) => aside(name, key.slice(prefix.length)));
  return found.filter((record) => !isEmpty(record));
}

export function aside(name, id) {
  const text = get(keyOf(`${name}:aside:${id}`)),
    record = parse(text);
  return isEmpty(record) ? record : { ...JSON.parse(text), ...record, id };
}

export const setAside = (name, id, record) => put(keyOf(`${name}:aside:${id}`), JSON.stringify(record));
export const drop = (name, id) => remove(keyOf(`${name}:aside:${id}`));
