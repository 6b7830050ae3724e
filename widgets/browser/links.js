// States in the address: #reward-hacking=2.0003...&preference-labeling=2.0001..., the first of them the one
// that is meant, the others those that it builds on. An empty one is a figure in which nothing has happened.

// What a state's text may look like, by its version; or whatever else there is, of which Python says what is wrong.
const STATE = /(?<![\w-])([a-z][a-z0-9-]*)=(?:3D)?(1\.[\w-]*|2\.(?:=?[0-9A-Za-z])*|[^&#?]*)/g;
const ENTITIES = {
  num: "#",
  equals: "=",
  period: ".",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  hyphen: "-",
  dash: "-",
  lowbar: "_",
};

// The states in what is left of an address after mail and chat programs have had it, by the names of their figures.
export function statesIn(text) {
  const states = new Map();
  for (const [, name, state] of asWritten(text).matchAll(STATE)) {
    if (!states.has(name)) states.set(name, state.startsWith("2.") ? state.replaceAll("=", "") : state);
  }
  return states;
}

// Undoes encodings laid upon one another, typography, and what is not seen. No state has any of these in it.
function asWritten(text) {
  let found = text,
    before;
  for (let times = 0; found !== before && times < 4; times++) {
    before = found;
    found = found
      .replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => tryTo(() => decodeURIComponent(bytes)) ?? "")
      .replace(/&#(\d{1,6});|&#x([0-9a-f]{1,5});/gi, (_, ten, sixteen) =>
        String.fromCodePoint(ten ? Number(ten) : parseInt(sixteen, 16)),
      )
      .replace(/&amp;?/gi, "&")
      .replace(/&([a-z]+);/gi, (entity, name) => ENTITIES[name.toLowerCase()] ?? entity)
      .replace(/\\u([0-9a-f]{4})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)))
      .normalize("NFKC");
  }
  return found
    .replace(/\u2014/g, "--")
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\p{Cf}\p{Cc}\p{Mn}\s\\+]/gu, "");
}

function tryTo(work) {
  try {
    return work();
  } catch {
    return null;
  }
}

// An address whose "#" has become part of the path or of the search, put right; null where nothing is wrong.
export function repaired(href) {
  const { origin, pathname, search, hash } = new URL(href);
  const [before, ...after] = pathname.split(/%(?:25)*23|%EF%BC%83/i);
  const inSearch = !hash && [...statesIn(search)].some(([, state]) => /^\d\./.test(state));
  if (!after.length && !inSearch) return null;
  const states = statesIn(after.join("&") + (inSearch || after.length ? search : "") + hash);
  const path = before.endsWith("/") ? before : `${before}/`;
  return origin + path + (states.size ? hashOf(states) : "");
}

const states = () => statesIn(location.hash.slice(1));
const hashOf = (states) => `#${[...states].map((state) => state.join("=")).join("&")}`;

// The text of a figure's state; null where the address has none.
export const linked = (name) => states().get(name) ?? null;

export function isMeant(name) {
  const [first] = [...states().keys()].filter((each) => document.getElementById(each)?.dataset.widget);
  return first === name;
}

export function linkTo(logs) {
  const address = new URL(location.href);
  address.hash = hashOf(Object.entries(logs));
  return address.href;
}

// The address without these figures' states.
export function strip(names) {
  const left = [...states()].filter(([name]) => !names.includes(name));
  const meant = left.some(([, state]) => /^\d\./.test(state));
  history.replaceState(history.state, "", location.pathname + location.search + (meant ? hashOf(left) : ""));
}
