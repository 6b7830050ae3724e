// The page's end of the one worker in which Python runs.

/* global WASM_FILE, WORKER_FILE */

import { startWorker } from "./facilities.js";
import { isKept } from "./offline.js";

// A worker that owes an answer and says nothing for so long is asked whether it lives, and then given up.
const SILENCE = 10_000;
const LAST_CALL = 5_000;
// More restarts than this in one visit, and the reader is told.
const RESTARTS = 2;

export class Python {
  #worker = null;
  #figures = new Map();
  #id = 0;
  #isReady;
  #watch = null;
  #restarts = 0;
  #busy = false; // long work goes on, as far as is known
  #held = []; // files that the reader gave
  #asked = new Map(); // questions whose answer is no view, and who waits for it, by their ids
  state = "asleep"; // then loading, ready or failed
  progress = 0;
  failure = "";
  ready = new Promise((resolve) => (this.#isReady = resolve)); // for what can wait until then

  // Figures that are on the page; each is told of views for it and of changes in the state above.
  join(figure) {
    this.#figures.set(figure.name, figure);
    if (this.#worker) figure.mount();
    figure.stateChanged();
  }

  leave(figure) {
    if (this.#figures.get(figure.name) !== figure) return;
    this.#figures.delete(figure.name);
    if (this.#worker) this.post({ type: "leave", widget: figure.name });
  }

  // The figure of this name, if it is on the page.
  figure(name) {
    return this.#figures.get(name);
  }

  get isAwake() {
    return Boolean(this.#worker);
  }

  start() {
    if (this.#worker || this.state === "failed") return;
    this.#become("loading");
    const kept = isKept();
    try {
      this.#worker = startWorker(new URL(WORKER_FILE, import.meta.url), {
        type: "module",
        name: kept ? "kept" : "",
      });
    } catch (error) {
      this.#fail(`This browser does not let the page start a worker (${error.message}).`);
      return;
    }
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault?.();
      if (event.message) this.#restart(event.message);
      else this.#fail("The worker could not be loaded.");
    };
    if (kept) this.#compileFor(this.#worker);
    for (const file of this.#held) this.#worker.postMessage(file);
    for (const figure of this.#figures.values()) figure.mount();
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const each of asked) this.#put(each);
  }

  // A file goes to the worker, and to the next one if that has to be started again.
  hold(file) {
    this.#held.push(file);
    this.#worker?.postMessage(file);
  }

  // While the worker reads Python's script and memory, this thread has WebAssembly
  // compiled. Where that fails the worker does it, and says what is wrong.
  async #compileFor(worker) {
    try {
      worker.postMessage({
        compiled: await WebAssembly.compileStreaming(fetch(new URL(WASM_FILE, import.meta.url))),
      });
    } catch (error) {
      console.info(`WebAssembly is left to the worker: ${error.message}`);
      worker.postMessage({ compiled: null });
    }
  }

  retry() {
    this.#restarts = 0;
    this.#startAnew();
  }

  #startAnew() {
    this.#hear();
    this.#worker?.terminate();
    this.#worker = null;
    this.state = "asleep";
    this.start();
  }

  /**
   * Sends a message if there is a worker to take it; otherwise the figure's mount will. Returns its id.
   * @param {Message} message
   */
  post(message) {
    const id = ++this.#id;
    if (this.#worker && this.state !== "failed") {
      this.#worker.postMessage(JSON.stringify({ ...message, id }));
      if (this.state === "ready") this.#watch ??= setTimeout(() => this.#call(), SILENCE);
    }
    return id;
  }

  /**
   * A question whose answer is no view; the answer is null where Python can't be had.
   * @param {Message} message
   * @returns {Promise<Extract<Reply, { type: "link" }> | null>}
   */
  ask(message) {
    this.start();
    if (this.state === "failed") return Promise.resolve(null);
    return new Promise((answer) => this.#put({ message, answer }));
  }

  #put(asked) {
    this.#asked.set(this.post(asked.message), asked);
  }

  // Whatever it is: a question that failed has no answer.
  #answer(reply) {
    this.#asked.get(reply.id).answer(reply.type === "link" ? reply : null);
    this.#asked.delete(reply.id);
  }

  // The browser may have killed the worker: then nothing more comes from it, not even an error.
  #call() {
    this.#worker?.postMessage("ping");
    this.#watch = setTimeout(() => this.#restart(), LAST_CALL);
  }

  #hear() {
    clearTimeout(this.#watch);
    this.#watch = null;
  }

  // What the reader did is kept by the figures, which send it again.
  #restart(why = "it fell silent") {
    this.#hear();
    if (++this.#restarts > RESTARTS) return this.#fail(`The figures’ worker stopped several times (${why}).`);
    console.info(`The worker is started again: ${why}.`);
    return this.#startAnew();
  }

  /** @param {Reply} message */
  #receive(message) {
    this.#hear();
    // More is to come: the rest of Python, or of long work.
    const busy = "busy" in message && message.busy;
    const more = this.state === "loading" || busy || (message.type === "pong" && this.#busy);
    if (message.type !== "pong") this.#busy = busy;
    if (more) this.#watch = setTimeout(() => this.#call(), SILENCE);
    if (message.type === "progress") {
      this.progress = message.fraction;
      this.#tellAll();
    } else if (message.type === "ready") {
      performance.mark("python-ready", { detail: message.way });
      this.#isReady();
      this.#become("ready");
    } else if (message.type === "failed") {
      this.#fail(message.message);
    } else if (message.type === "pong") {
      return;
    } else if (this.#asked.has(message.id)) {
      this.#answer(message);
    } else {
      this.#figures.get(message.widget)?.receive(message);
    }
  }

  #fail(message) {
    this.failure = message;
    this.#worker?.terminate();
    this.#worker = null;
    for (const { answer } of this.#asked.values()) answer(null);
    this.#asked.clear();
    this.#become("failed");
  }

  #become(state) {
    this.state = state;
    this.#tellAll();
  }

  #tellAll() {
    for (const figure of this.#figures.values()) figure.stateChanged();
  }
}
