// Goes before the script of Material's search worker, which builds an index as soon as a page opens: that
// would take from Python's start, so what the page tells it waits for a moment. Who searches sooner is
// answered then. The index holds one form for all spellings of a word (spellings.js), and so does every
// question; results show the book's own words.

import { form, forms, HYPHEN, plain } from "./spellings.js";

const MOMENT = 1000;
const QUESTION = 2,
  ANSWER = 3; // kinds of Material's messages
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}'’.\u2010\u2011-]*/gu;
const MARKED = 8; // words, at most, that the page of a result marks

let waiting = [];
addEventListener("message", (event) => {
  if (!event.isTrusted) return; // sent on by `pass`
  event.stopImmediatePropagation();
  if (waiting) waiting.push(event.data);
  else pass(event.data);
});
setTimeout(() => {
  teach(self.lunr);
  waiting.forEach(pass);
  waiting = null;
}, MOMENT);

function pass(message) {
  const data = message.type === QUESTION ? { ...message, data: asked(message.data) } : message;
  dispatchEvent(new MessageEvent("message", { data }));
}

const answer = self.postMessage.bind(self);
self.postMessage = (message) => answer(message.type === ANSWER ? { ...message, data: told(message.data) } : message);

// The index. The book's configuration has lunr call its trimmer with every word, and nothing else.

const written = new Map(); // how the book writes a form

function teach(lunr) {
  lunr.trimmer = (token) =>
    forms(token.toString())
      .filter(([, word]) => lunr.stopWordFilter(word))
      .map(([one, word]) => {
        if (!written.has(one)) written.set(one, word);
        return token.clone(() => one);
      });
  lunr.Pipeline.registerFunction(lunr.trimmer, "form");
  // Several forms stand at one place, which is to be marked once.
  const { search } = lunr.Index.prototype;
  lunr.Index.prototype.search = function (question) {
    const results = search.call(this, question);
    for (const { matchData } of results) placesOnce(Object.values(matchData.metadata));
    return results;
  };
}

function placesOnce(matches) {
  const seen = new Set();
  for (const match of matches) {
    for (const [field, found] of Object.entries(match)) {
      const isNew = (place) => !seen.has(`${field} ${place}`) && seen.add(`${field} ${place}`);
      match[field] = { ...found, position: found.position.filter(isNew) }; // a copy: what is found is the index's own
    }
  }
}

const isKnown = (beginning) => [...written.keys()].some((one) => one.startsWith(beginning));

// A question, in forms. Material takes each as the beginning of a word, and finds what holds any of them.

let sought = new Map(); // the words of the question, each with its forms

function asked(question) {
  const typed = question.match(WORD) ?? [];
  if (/"|(?:^|\s)[+-]|[*~^:]/.test(question)) {
    // It says itself how each word is to be found.
    sought = new Map(typed.map((word) => [word, [whole(word)]]));
    return question.replace(WORD, whole);
  }
  sought = new Map(typed.map((word) => [word, formsFor(word)]));
  for (const run of runs(typed)) {
    const joined = form(run.map(plain).join(""));
    if (written.has(joined) || (run.at(-1) === typed.at(-1) && isKnown(joined)))
      for (const word of run) sought.get(word).push(joined);
  }
  // A word of one letter is the beginning of too many, but when it is all there is.
  const exactly = (one) => (one.length > 1 || typed.length < 2 ? one : `${one}^1`);
  return [...new Set([...sought.values()].flat())].map(exactly).join(" ");
}

// What the reader writes as two words, or three, the book may write as one, or with hyphens.
function runs(typed) {
  return [2, 3].flatMap((length) => typed.slice(length - 1).map((_, start) => typed.slice(start, start + length)));
}

const whole = (word) => forms(word)[0]?.[0] ?? word;

function formsFor(word) {
  const [[one], ...parts] = forms(word);
  if (isKnown(one)) return [one];
  return parts.length ? parts.map(([part]) => part) : (halves(one) ?? [one]);
}

// "rewardmodel": two words of the book, written as one.
function halves(word) {
  for (let place = word.length - 3; place > 2; place--) {
    const [first, second] = [form(word.slice(0, place)), word.slice(place)];
    if (written.has(first) && isKnown(second)) return [first, second];
  }
  return null;
}

// An answer: what is missing in a result is told as the reader wrote it, what its page will mark as the book does.

function told({ items, suggest, ...rest }) {
  return {
    ...rest,
    items: items.map((group) => group.map((item) => ({ ...item, terms: terms(item) }))),
    suggest: suggest?.map((one) => written.get(one) ?? one),
  };
}

function terms(item) {
  const found = new Set(
    [...`${item.title} ${item.text}`.matchAll(/<mark>(.*?)<\/mark>/g)].map(([, mark]) => longest(mark)),
  );
  const isMissing = (one) => item.terms[one] === false;
  const missing = [...sought].filter(([, all]) => all.every(isMissing)).map(([word]) => word);
  return Object.fromEntries([
    ...[...found].slice(0, MARKED).map((word) => [word, true]),
    ...missing.map((word) => [word, false]),
  ]);
}

// A page is searched for single words: of one with hyphens, for what tells most.
const longest = (word) => word.split(HYPHEN).reduce((best, part) => (part.length > best.length ? part : best));
