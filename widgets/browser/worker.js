// The worker: it boots Python, then keeps the desk (widgets/kit/desk.py) at work.

/* global CONTENT_FILE, ENTRY */

import { boot, rehearse } from "./runtime.js";

const SLICE = 12; // milliseconds of work between two looks at what the page has posted
const STEPS = 50; // of progress, told one by one: more would only keep the page busy
const AFTERWARDS = 1000; // milliseconds in which a browser writes down what it has compiled
const turn = new MessageChannel();
const early = [];
let desk = null;
let working = false;
let receive;
const compiled = new Promise((resolve) => (receive = resolve)); // by the page, see python.js

self.onmessage = ({ data }) => {
  if (data.compiled !== undefined) receive(data.compiled);
  else if (data === "ping") self.postMessage({ type: "pong" });
  else if (!desk) early.push(data);
  else take(data);
};
turn.port1.onmessage = work;

function take(message) {
  if (message.file) return hold(message);
  desk.post(message);
  wake();
}

// A file is read when Python asks for a part of it, and never as a whole.
function hold({ file, mark }) {
  const reader = new FileReaderSync();
  desk.hold(
    file.name,
    file.size,
    mark,
    (start, stop) => new Uint8Array(reader.readAsArrayBuffer(file.slice(start, stop))),
  );
}

function wake() {
  if (working) return;
  working = true;
  turn.port2.postMessage(null);
}

function work() {
  const end = performance.now() + SLICE;
  do {
    const calm = desk.can_wait();
    if (calm) {
      working = false;
      setTimeout(wake, 1000 * calm);
      return;
    }
    const reply = desk.step();
    if (reply === undefined || reply === null) {
      working = false;
      return;
    }
    // Read here and not on the page, which has more urgent things to do: there a text would take twice as long.
    if (reply) self.postMessage(JSON.parse(reply));
  } while (performance.now() < end);
  turn.port2.postMessage(null);
}

async function content() {
  const response = await fetch(new URL(CONTENT_FILE, import.meta.url));
  if (!response.ok) throw new Error(`The book's content could not be loaded (${response.status}).`);
  return response.text();
}

let told = 0;
function tell(fraction) {
  if (Math.floor(fraction * STEPS) <= told) return;
  told = Math.floor(fraction * STEPS);
  self.postMessage({ type: "progress", fraction });
}

async function start() {
  const { python, way } = await boot({ onProgress: tell, compiled });
  self.python = python; // for whoever measures
  // The snapshot holds the desk, open.
  desk = python.globals.get("desk") ?? python.pyimport("widgets.kit.book").open_desk(ENTRY, await content());
  self.postMessage({ type: "ready", way });
  early.splice(0).forEach(take);
}

// A worker of this name lives for a moment, to make the next visit start sooner: see offline.js.
if (self.name === "rehearsal") {
  rehearse().then(() => setTimeout(() => self.close(), AFTERWARDS));
} else {
  start().catch((error) => {
    console.warn(error);
    self.postMessage({
      type: "failed",
      message: `Python could not start: ${error.message}`,
    });
  });
}
