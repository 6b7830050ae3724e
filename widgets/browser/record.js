// What the reader has done in a figure, as it is kept: { log, length, pending, acts }. `log` is Python's text
// of all events, null where there are none; `pending` are the messages that Python has not answered yet.
// `acts` says what the record was made from: how many times each visit of the book acted on it. A record may
// only replace one that it was made from, or two tabs would undo each other's work.

const VISIT = Math.random().toString(36).slice(2, 8);
const VISITS = 40; // that are remembered

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
    pending: Array.isArray(found.pending) ? found.pending.filter((message) => message?.type) : [],
  };
  const acts = Object.entries(found.acts ?? {}).filter(([, count]) => count > 0);
  // An earlier release's record doesn't say what it was made from.
  record.acts = acts.length || isEmpty(record) ? Object.fromEntries(acts) : { earlier: 1 };
  return record;
}

// What a record is made from after one more act in this visit, and after all that `others` were made from.
export function onceMore(...others) {
  const acts = {};
  for (const [visit, count] of others.flatMap((each) => Object.entries(each))) {
    acts[visit] = Math.max(count, acts[visit] ?? 0);
  }
  const mine = (acts[VISIT] ?? 0) + 1;
  delete acts[VISIT];
  return Object.fromEntries([...Object.entries(acts).slice(1 - VISITS), [VISIT, mine]]);
}

// Whether a record has in it all that another one has.
export const stemsFrom = (record, other) =>
  Object.entries(other.acts).every(([visit, count]) => record.acts[visit] >= count);
export const isSame = (record, other) => stemsFrom(record, other) && stemsFrom(other, record);
