// Has the book kept for later visits and for times without a network. Whatever fails here only costs speed.

/* global OFFLINE, WORKER_FILE */

import { connection, serviceWorkers, startWorker } from "./facilities.js";
import { whenIdle } from "./idle.js";

const QUIET = 1500; // milliseconds of peace before anything is fetched ahead of need
const SETTLED = 600; // milliseconds after loading, when the theme has asked for what it needs, too
const JUST_OPENED = 8000; // milliseconds since the page was asked for

/** @type {Promise<unknown>} */
const loaded = new Promise((done) => {
  if (document.readyState === "complete") done(null);
  else addEventListener("load", done, { once: true });
});

const ROOT = new URL("../../", import.meta.url);
const SCRIPT = new URL("service-worker.js", ROOT).href;

// Whether the book's files come from the reader's disk. A book may lie within another's path: then the other's worker
// answers for its pages until it has one of its own.
export function isKept() {
  return serviceWorkers()?.controller?.scriptURL === SCRIPT;
}

export function keepForLater(ready) {
  if (!OFFLINE || !serviceWorkers() || connection().saveData) return;
  const begin = () => setTimeout(() => whenIdle(register), QUIET);
  if (document.querySelector("section[data-widget]")) ready.then(begin);
  else loaded.then(begin);
}

async function register() {
  if (isLetGo) return; // Chromium would take the worker back that has just let this page go
  if (!isKept())
    serviceWorkers().addEventListener("controllerchange", rehearse, {
      once: true,
    });
  try {
    await serviceWorkers().register(SCRIPT, {
      scope: ROOT.pathname,
      updateViaCache: "none",
    });
  } catch {
    // Forbidden, or no room: the book is read from the network, as on the first visit.
  }
}

// From now on the service worker gives out the files, and the browser keeps what it compiles beside them. The longest
// script is Pyodide's, which only a worker runs.
function rehearse() {
  startWorker(new URL(WORKER_FILE, import.meta.url), {
    type: "module",
    name: "rehearsal",
  });
}

// A new release that was fetched during an earlier visit takes over now, before the reader has begun, but not while the
// old worker has something to do, be it a file that the page still asks for or a message: Chromium would start it again
// for that, and keep it. The browser may also have let the new one take over by itself, while this page was on its way
// from the old one: the worker tells every page. It also tells when the book is no longer at this address, and then
// keeps nothing any more: what comes next comes from the network.
export async function takeOver() {
  if (!OFFLINE || !serviceWorkers()) return;
  serviceWorkers().addEventListener("message", ({ data, source }) => {
    if (!(source instanceof ServiceWorker) || source.scriptURL !== SCRIPT) return;
    isLetGo ||= data === "let go";
    if (isLetGo || data === "taken over") follow();
  });
  await loaded;
  await new Promise((done) => setTimeout(done, SETTLED));
  const registration = await serviceWorkers()
    .getRegistration(ROOT)
    .catch(() => null);
  const coming = registration?.scope === ROOT.href && registration.waiting;
  if (coming) coming.postMessage("activate");
  else if (isKept()) serviceWorkers().controller.postMessage("look");
}

// The reader asks for a newer release than the one that is kept. Where there is none, the page just opens again.
export async function renew() {
  const registration = await serviceWorkers()
    ?.getRegistration(new URL("../../", import.meta.url))
    .catch(() => null);
  await registration?.update().catch(() => null);
  const coming = registration?.installing ?? registration?.waiting;
  if (coming) {
    const isThere = () => ["installed", "activated", "redundant"].includes(coming.state);
    await new Promise((done) => {
      if (isThere()) return done(null);
      return coming.addEventListener("statechange", () => isThere() && done(null));
    });
    registration.waiting?.postMessage("activate");
    await new Promise((done) =>
      serviceWorkers().addEventListener("controllerchange", done, {
        once: true,
      }),
    );
  }
  location.reload();
}

// Nothing is swapped under a reader: who has begun follows when they next turn a page.
function follow() {
  if (begun || performance.now() > JUST_OPENED) stale = true;
  else location.reload();
}

let begun = false;
for (const kind of ["pointerdown", "keydown"])
  addEventListener(kind, () => (begun = true), { once: true, capture: true });

let isLetGo = false;
let stale = false;
export const isStale = () => stale;
