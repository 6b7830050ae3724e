// What a browser may refuse: storage, a service worker, the clipboard, a worker, news of the connection. Each is
// asked for here and nowhere else; each may throw, be missing or be full, and whoever asks gets a plain answer.
// The page's first script (theme/partials/refusals.html) has seen to it that asking for a name can't throw.

/* global __md_scope */

const refused = document.documentElement.dataset.refused ?? "";

// Storage. `keep` returns what went wrong, in a sentence; null when all went well.
export const kept = (key) => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
};

export function keep(key, value) {
  try {
    localStorage.setItem(key, value);
    return refused.includes("localStorage")
      ? "This browser keeps nothing of this page: what you do here is gone when you leave."
      : null;
  } catch (error) {
    return `Your browser can't keep this figure's state (${error.name}): it will be gone when you leave.`;
  }
}

export function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // There is nothing to forget.
  }
}

export function keysKept() {
  try {
    return Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index));
  } catch {
    return [];
  }
}

// The key under which Material keeps a thing of this book.
export const themeKey = (name) => `${__md_scope.pathname}.${name}`;

// A service worker's container, or null.
export const serviceWorkers = () => navigator.serviceWorker ?? null;

// What is known of the connection.
export const connection = () => navigator.connection ?? {};

// Whether a text got onto the clipboard.
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// A worker that runs a module. Where a page may not start one from the script's own address (a sandboxed
// frame, a copy of the page on another origin), a small one of the page's own imports it: a classic one, for
// in a frame without an origin Chromium starts no module from a blob. What it is sent meanwhile is handed on;
// that it could import scripts the old way, too, by which Pyodide tells a classic worker, is taken away.
export function startWorker(url, options) {
  try {
    if (new URL(url).origin === globalThis.origin) return new Worker(url, options);
  } catch {
    // It may still be imported.
  }
  const importing = `
    importScripts = () => { throw new TypeError("This worker imports modules."); };
    const early = [];
    onmessage = ({ data }) => early.push(data);
    import(${JSON.stringify(String(url))}).then(
      () => early.forEach((data) => dispatchEvent(new MessageEvent("message", { data }))),
      (error) => setTimeout(() => { throw error; }),
    );`;
  return new Worker(URL.createObjectURL(new Blob([importing], { type: "text/javascript" })), {
    ...options,
    type: "classic",
  });
}
