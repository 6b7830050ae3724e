// Has the book kept for later visits and for times without a network. Whatever fails here only costs speed.

/* global OFFLINE, WORKER_FILE */

import { connection, serviceWorkers, startWorker } from "./facilities.js";
import { whenIdle } from "./idle.js";

const QUIET = 1500; // milliseconds of peace before anything is fetched ahead of need
const SETTLED = 600; // milliseconds after loading, when the theme has asked for what it needs, too
const JUST_OPENED = 8000; // milliseconds since the page was asked for

const loaded = new Promise((done) => {
  if (document.readyState === "complete") done();
  else addEventListener("load", done, { once: true });
});

// Whether the book's files come from the reader's disk.
export function isKept() {
  return Boolean(serviceWorkers()?.controller);
}

export function keepForLater(ready) {
  if (!OFFLINE || !serviceWorkers() || connection().saveData) return;
  const begin = () => setTimeout(() => whenIdle(register), QUIET);
  if (document.querySelector("section[data-widget]")) ready.then(begin);
  else loaded.then(begin);
}

async function register() {
  if (!isKept()) serviceWorkers().addEventListener("controllerchange", rehearse, { once: true });
  try {
    const root = new URL("../../", import.meta.url);
    await serviceWorkers().register(new URL("service-worker.js", root), { scope: root.pathname, updateViaCache: "none" });
  } catch {
    // Forbidden, or no room: the book is read from the network, as on the first visit.
  }
}

// From now on the service worker gives out the files, and the browser keeps what it compiles beside them. The longest
// script is Pyodide's, which only a worker runs.
function rehearse() {
  startWorker(new URL(WORKER_FILE, import.meta.url), { type: "module", name: "rehearsal" });
}

// A new release that was fetched during an earlier visit takes over now, before the reader has begun, but not while the
// page still asks for files: Chromium would start the old worker again for one of them, and keep it. The browser may also
// have let it take over by itself, while this page was on its way from the old one: the worker tells every page.
export async function takeOver() {
  if (!OFFLINE || !serviceWorkers()) return;
  serviceWorkers().addEventListener("message", ({ data }) => data === "taken over" && follow());
  await loaded;
  await new Promise((done) => setTimeout(done, SETTLED));
  const registration = await serviceWorkers().getRegistration(new URL("../../", import.meta.url)).catch(() => null);
  registration?.waiting?.postMessage("activate");
}

// The reader asks for a newer release than the one that is kept. Where there is none, the page just opens again.
export async function renew() {
  const registration = await serviceWorkers()?.getRegistration(new URL("../../", import.meta.url)).catch(() => null);
  await registration?.update().catch(() => null);
  const coming = registration?.installing ?? registration?.waiting;
  if (coming) {
    const isThere = () => ["installed", "activated", "redundant"].includes(coming.state);
    await new Promise((done) => {
      if (isThere()) return done();
      return coming.addEventListener("statechange", () => isThere() && done());
    });
    registration.waiting?.postMessage("activate");
    await new Promise((done) => serviceWorkers().addEventListener("controllerchange", done, { once: true }));
  }
  location.reload();
}

// Nothing is swapped under a reader: who has begun follows when they next turn a page.
function follow() {
  if (begun || performance.now() > JUST_OPENED) stale = true;
  else location.reload();
}

let begun = false;
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => (begun = true), { once: true, capture: true });

let stale = false;
export const isStale = () => stale;
