// One page of the book in a browser that is simulated: the real scripts, a document without layout, a storage
// that several pages share, time that passes when it is told to, and a worker that answers when it is told to.

import { build } from "esbuild";
import { parseHTML } from "linkedom";
import { fileURLToPath } from "node:url";

export const BOOK = "https://book.example/rlhf/";
const SCRIPT = `${BOOK}assets/book/page.js`;
const PAGE = fileURLToPath(new URL("../../widgets/browser/page.js", import.meta.url));

// Nothing here is laid out, so a view becomes another one as a whole.
const MORPH = "export const morph = (view, content) => ((view.innerHTML = content?.textContent ?? content), () => {});";
const plain = {
  name: "plain",
  setup: (on) => on.onLoad({ filter: /\/morph\.js$/ }, () => ({ contents: MORPH })),
};
const { outputFiles } = await build({
  entryPoints: [PAGE],
  bundle: true,
  format: "iife",
  write: false,
  plugins: [plain],
  define: {
    "import.meta.url": JSON.stringify(SCRIPT),
    BOOK_NAME: '"rlhf-book"',
    WORKER_FILE: '"worker.js"',
    WASM_FILE: '"python.wasm"',
    OFFLINE: "false",
  },
});
const NAMES = [
  "window",
  "document",
  "location",
  "history",
  "localStorage",
  "sessionStorage",
  "navigator",
  "performance",
  "addEventListener",
  "requestAnimationFrame",
  "requestIdleCallback",
  "setTimeout",
  "clearTimeout",
  "matchMedia",
  "getComputedStyle",
  "Worker",
  "IntersectionObserver",
  "ResizeObserver",
  "MutationObserver",
  "fetch",
  "innerHeight",
  "Element",
  "parent",
  "top",
  "CSS",
  "console",
  "__md_scope",
];
const run = new Function(...NAMES, outputFiles[0].text);

const TOOLS = ["stop", "undo", "reset", "link"];
const figure = (name, needs) => `
  <section id="${name}" data-widget="${name}" data-status="static" data-options="{}" data-views="views.json"
    ${needs ? `data-needs="${needs}"` : ""}>
    ${TOOLS.map((tool) => `<button type="button" data-tool="${tool}">${tool}</button>`).join("")}
    <progress class="widget-progress" hidden></progress>
    <div data-messages></div>
    <form data-view>${view([])}</form>
    <p data-announce></p>
  </section>`;
const view = (log) => `
  <output>${JSON.stringify(log)}</output>
  <button type="button" data-event="label" data-value="null">label</button><input type="text" data-event="text">`;

const SCHEMES =
  "<form data-scheme-switch>" +
  '<input type="radio" data-md-color-media="" data-md-color-scheme="default"><label></label></form>';
const BODY = `${SCHEMES}${figure("game")}${figure("builder", "game")}`;

// The text of a log, in the letters of a link.
export const encode = (log) => (log.length ? `2.${Buffer.from(JSON.stringify(log)).toString("hex")}` : "");
export function decode(text) {
  const log = text ? JSON.parse(Buffer.from(text.slice(2), "hex").toString()) : [];
  if (!Array.isArray(log)) throw new Error("no log");
  return log;
}

// The log after a message; a text that is typed takes the place of the one before.
export function after(log, { type, name, value, log: text }) {
  if (type === "undo") return log.slice(0, -1);
  if (type === "reset") return [];
  if (type === "load") return decode(text);
  const last = log.at(-1);
  return [...(name === "text" && last?.name === name ? log.slice(0, -1) : log), { name, value }];
}

class Worker {
  inbox = [];
  sessions = {};
  isStarted = false;

  constructor(page) {
    page.worker = this;
  }

  postMessage(text) {
    if (typeof text === "string" && text.startsWith("{")) this.inbox.push(JSON.parse(text));
  }

  terminate() {
    this.inbox = [];
  }

  // Does one piece of work.
  step() {
    if (!this.isStarted) {
      this.isStarted = true;
      return this.onmessage({ data: { type: "ready", way: "simulated" } });
    }
    const message = this.inbox.shift();
    return message && this.#answer(message);
  }

  #answer(message) {
    const { type, widget, id } = message;
    if (type === "leave" || type === "stop") return undefined;
    let unread = null;
    try {
      if (type === "mount") this.sessions[widget] = decode(message.log);
      else this.sessions[widget] = after(this.sessions[widget], message);
    } catch {
      unread = "damaged";
      this.sessions[widget] ??= [];
    }
    const log = this.sessions[widget];
    const data = {
      type: "view",
      widget,
      id,
      html: view(log),
      log: encode(log),
      length: log.length,
      busy: false,
      progress: null,
    };
    return this.onmessage({
      data: {
        ...data,
        stale: false,
        untouched: !log.length,
        messages: [],
        unread,
        left_out: 0,
      },
    });
  }
}

// A storage as one page sees it: what other pages wrote comes late in some browsers, and the last to write wins.
// It comes sooner than a reader gets from one tab to the other, so only what Python answers falls into that time.
export class Storage {
  #shared;
  #seen;
  events = []; // of other pages, not heard yet

  // `shared` is { items: Map, pages: Set, isLate, count }.
  constructor(shared) {
    this.#shared = shared;
    this.#seen = shared.isLate ? new Map(shared.items) : shared.items;
    shared.pages.add(this);
  }

  getItem(key) {
    return this.#seen.get(key)?.value ?? null;
  }

  setItem(key, value) {
    this.#write(key, value);
  }

  removeItem(key) {
    if (this.#seen.has(key)) this.#write(key, null);
  }

  key(index) {
    return [...this.#seen.keys()].filter((key) => this.getItem(key) !== null)[index] ?? null;
  }

  get length() {
    return [...this.#seen.keys()].filter((key) => this.getItem(key) !== null).length;
  }

  #write(key, value) {
    if (this.getItem(key) === value) return;
    const entry = { value, number: ++this.#shared.count };
    this.#seen.set(key, entry);
    this.#shared.items.set(key, entry);
    for (const page of this.#shared.pages) if (page !== this) page.events.push({ key, entry });
  }

  // What other pages wrote has come, whether the page has heard of it or not.
  arrive(events = this.events) {
    for (const { key, entry } of events) {
      if (this.#shared.isLate && !(this.#seen.get(key)?.number > entry.number)) this.#seen.set(key, entry);
    }
  }

  // One event of another page's; null where there is none.
  hear() {
    const event = this.events.shift();
    if (!event) return null;
    this.arrive([event]);
    return { key: event.key, newValue: event.entry.value };
  }

  close() {
    this.#shared.pages.delete(this);
  }
}

export class Page {
  worker = null;
  problems = [];
  #timers = [];
  #listeners = new Map();
  #count = 0;

  constructor(shared, href) {
    this.storage = new Storage(shared);
    const { document } = parseHTML(`<!doctype html><html data-refused=""><head></head><body>${BODY}</body></html>`);
    this.document = document;
    this.url = new URL(href);
    Object.defineProperty(document, "activeElement", {
      value: document.body,
      configurable: true,
    });
    Object.defineProperty(document, "fonts", {
      value: { ready: Promise.resolve() },
    });
    Object.defineProperty(document, "hidden", {
      value: false,
      configurable: true,
    });
    Object.defineProperty(document, "readyState", {
      value: "complete",
      configurable: true,
    });
    for (const each of document.querySelectorAll("*")) this.#flatten(Object.getPrototypeOf(each));
    const window = this.#window();
    run(...NAMES.map((name) => window[name]));
  }

  // What a document without layout lacks.
  #flatten(kind) {
    const none = () => {};
    for (const name of ["focus", "scrollIntoView", "select"]) if (!Object.hasOwn(kind, name)) kind[name] = none;
    kind.getBoundingClientRect = () => ({ top: 0, bottom: 10 });
  }

  #window() {
    const page = this;
    const later = (work, delay = 0) => (this.#timers.push({ id: ++this.#count, work, delay }), this.#count);
    const observer = class {
      observe() {}
      disconnect() {}
    };
    const location = {
      get href() {
        return page.url.href;
      },
      get origin() {
        return page.url.origin;
      },
      get pathname() {
        return page.url.pathname;
      },
      get search() {
        return page.url.search;
      },
      get hash() {
        return page.url.hash;
      },
      set hash(value) {
        page.url.hash = value;
        page.tell("hashchange", {});
      },
      replace: (href) => (this.url = new URL(href)),
      reload: () => {},
    };
    const window = {
      document: this.document,
      location,
      history: {
        state: null,
        replaceState: (_, __, href) => (this.url = new URL(href, this.url)),
      },
      localStorage: this.storage,
      sessionStorage: new Map(),
      navigator: { clipboard: { writeText: async () => {} } },
      performance: {
        getEntriesByType: () => [{ type: "navigate" }],
        getEntriesByName: () => [1],
        mark: () => {},
        now: () => 0,
      },
      addEventListener: (kind, listener) => this.#listeners.set(kind, [...(this.#listeners.get(kind) ?? []), listener]),
      requestAnimationFrame: later,
      requestIdleCallback: later,
      setTimeout: later,
      clearTimeout: (id) => (this.#timers = this.#timers.filter((timer) => timer.id !== id)),
      matchMedia: () => ({ matches: false, addEventListener: () => {} }),
      getComputedStyle: () => ({ getPropertyValue: () => "" }),
      Worker: class extends Worker {
        constructor() {
          super(page);
        }
      },
      IntersectionObserver: observer,
      ResizeObserver: observer,
      MutationObserver: observer,
      fetch: async () => ({ ok: false }),
      innerHeight: 800,
      Element: this.document.defaultView.Element,
      CSS: { escape: (text) => text },
      console: {
        info: () => {},
        log: () => {},
        warn: (text) => this.problems.push(String(text)),
      },
      __md_scope: new URL(BOOK),
    };
    return Object.assign(window, { window, parent: window, top: window });
  }

  tell(kind, event) {
    for (const listener of this.#listeners.get(kind) ?? []) listener({ type: kind, ...event });
  }

  // Time passes, but no ten seconds: a worker's silence is not what is tried here.
  async time() {
    for (const { work } of this.#timers.splice(0).filter(({ delay }) => delay < 5000)) work();
    await settle();
  }

  async work() {
    this.worker?.step();
    await settle();
  }

  async hear() {
    const event = this.storage.hear();
    if (event) this.tell("storage", event);
    await settle();
    return event;
  }

  figure(name) {
    return this.document.querySelector(`#${name}`);
  }

  async click(button) {
    const { Event } = this.document.defaultView;
    button.dispatchEvent(new Event("click", { bubbles: true }));
    await settle();
  }

  async label(name, value) {
    await this.click(this.document.body); // what was typed is sent now, and may bring up another tab's state
    const button = this.figure(name).querySelector("[data-event=label]");
    button.dataset.value = JSON.stringify(value);
    await this.click(button);
  }

  async type(name, value) {
    const { Event } = this.document.defaultView;
    const field = this.figure(name).querySelector("[data-event=text]");
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await settle();
  }

  // What is offered in messages, as buttons.
  offers(name) {
    return [...this.figure(name).querySelectorAll("[data-messages] button")];
  }

  shown(name) {
    return JSON.parse(this.figure(name).querySelector("output").textContent);
  }

  // The reader leaves; a browser that kills a page says nothing to it.
  async leave({ killed = false } = {}) {
    if (!killed) this.tell("pagehide", {});
    await settle();
    this.storage.close();
  }
}

const settle = () => new Promise(setImmediate);
