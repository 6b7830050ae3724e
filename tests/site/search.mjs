// Asks the built site's own search worker: `node search.mjs
// SITE QUESTION...` prints, for each question, what it answers.

import { readdirSync, readFileSync } from "node:fs";
import vm from "node:vm";

const [, , site, ...questions] = process.argv;
const scripts = `${site}/assets/javascripts/workers`;
const listeners = [],
  timers = [],
  answers = [];

class MessageEvent {
  isTrusted = false;
  constructor(type, { data }) {
    this.data = data;
  }
  stopImmediatePropagation() {
    this.isOver = true;
  }
}

function dispatchEvent(event) {
  for (const listener of listeners) if (!event.isOver) listener(event);
}

function send(data) {
  dispatchEvent(Object.assign(new MessageEvent("message", { data }), { isTrusted: true }));
}

const worker = {
  MessageEvent,
  dispatchEvent,
  console: {
    ...console,
    warn: (words) => {
      throw new Error(words);
    },
  },
  addEventListener: (_, listener) => listeners.push(listener),
  setTimeout: (work) => timers.push(work),
  postMessage: (message) => answers.push(message),
};
worker.self = worker;
vm.runInNewContext(
  readFileSync(`${scripts}/${readdirSync(scripts).find((name) => name.endsWith(".min.js"))}`, "utf8"),
  worker,
);

const answered = () => new Promise((done) => setImmediate(done));
send({
  type: 0,
  data: {
    ...JSON.parse(readFileSync(`${site}/search/search_index.json`, "utf8")),
    options: { suggest: true },
  },
});
timers.forEach((work) => work());
await answered();
const found = [];
for (const data of questions) {
  answers.length = 0;
  send({ type: 2, data });
  await answered();
  found.push(answers[0].data);
}
process.stdout.write(JSON.stringify(found));
