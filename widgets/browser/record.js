// What the reader has done in a figure, as it is kept: { log, length, pending, acts }. `log` is Python's text
// of all events, null where there are none; `pending` are the messages that Python has not answered yet.
// `acts` says what the record was made from: how many times each visit of the book acted on it (a version
// vector). A record may only replace one that it was made from, or two tabs would undo each other's work.

let visit = newName();
const VISITS = 40; // that are remembered
const VISIT = /^[0-9a-z]{1,7}$/; // no name that every object has, such as "constructor"
const DEEDS = ["event", "undo", "reset", "load"]; // what a reader does to a figure

function newName() {
  return Math.random().toString(36).slice(2, 8);
}

// From here on, this visit's acts are others than those that it made before: they were not done on top of them.
export const branchOff = () => (visit = newName());

export const none = () => ({ log: null, length: 0, pending: [], acts: {} });
export const isEmpty = ({ log, pending }) => !log && !pending.length;

// From text out of storage, whatever it holds.
export function parse(text) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    return none();
  }
  if (typeof found !== "object" || !found) return none();
  const record = {
    ...none(),
    log: typeof found.log === "string" && found.log ? found.log : null,
    length: Number(found.length) || 0,
    pending: Array.isArray(found.pending) ? found.pending.filter((message) => DEEDS.includes(message?.type)) : [],
  };
  const acts = Object.entries(found.acts ?? {}).filter(
    ([name, count]) => VISIT.test(name) && Number.isSafeInteger(count) && count > 0,
  );
  // An earlier release's record doesn't say what it was made from.
  record.acts = acts.length || isEmpty(record) ? Object.fromEntries(acts) : { earlier: 1 };
  return record;
}

// What a record is made from after one more act in this visit, and after all that `others` were made from.
export function onceMore(...others) {
  const acts = {};
  for (const [who, count] of others.flatMap((each) => Object.entries(each))) {
    acts[who] = Math.max(count, acts[who] ?? 0);
  }
  const mine = (acts[visit] ?? 0) + 1;
  delete acts[visit];
  return Object.fromEntries([...Object.entries(acts).slice(1 - VISITS), [visit, mine]]);
}

// A name for a record, the same in every tab: its last act.
export const idOf = ({ acts }) => Object.entries(acts).at(-1)?.join("") ?? "none";

// Whether a record has in it all that another one has.
export const stemsFrom = (record, other) =>
  Object.entries(other.acts).every(([visit, count]) => record.acts[visit] >= count);
export const isSame = (record, other) => stemsFrom(record, other) && stemsFrom(other, record);
