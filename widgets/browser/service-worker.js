// Keeps one whole release of the book on the reader's device: pages, figures, Python. The build writes RELEASE (a hash
// of everything) and FILES (address within the book to hash of content).

/* global RELEASE, FILES */

const PREFIX = "rlhf-book-";
const CACHE = PREFIX + RELEASE;
const LISTING = new URL("release.json", self.registration.scope).href; // kept beside the files: what each one's hash is
const AT_ONCE = 4;

const address = (name) => new URL(name, self.registration.scope).href;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(self.registration.scope)) event.respondWith(answer(request));
});
// A page that has only just opened asks for the release that waits; none is ever swapped under a reader.
self.addEventListener("message", ({ data }) => {
  if (data === "activate") self.skipWaiting();
});

// All of the release or none of it: when one file fails, so does the installation, and the next visit tries again.
async function install() {
  const cache = await caches.open(CACHE);
  const before = await older();
  const waiting = Object.entries(FILES);
  const work = async () => {
    for (let entry = waiting.pop(); entry; entry = waiting.pop()) await keep(cache, before, ...entry);
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await cache.put(LISTING, Response.json(FILES));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

// What an earlier release has, unchanged, is not fetched again.
async function keep(cache, before, name, hash) {
  const url = address(name);
  for (const { files, cache: old } of before) {
    const known = files[name] === hash && (await old.match(url));
    if (known) return cache.put(url, known);
  }
  const hashed = /-[0-9a-f]{12}[./]/.test(name);
  const response = await fetch(url, { cache: hashed ? "default" : "no-cache" });
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return cache.put(url, response);
}

async function older() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  const found = await Promise.all(
    names.map(async (name) => {
      const cache = await caches.open(name);
      const listing = await cache.match(LISTING);
      return listing ? { files: await listing.json(), cache } : null;
    }),
  );
  return found.filter(Boolean);
}

async function activate() {
  const before = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  for (const name of before) await caches.delete(name);
  await self.clients.claim();
  if (!before.length) return;
  // Held for pages that are still being read, until they listen.
  for (const client of await self.clients.matchAll()) client.postMessage("taken over");
}

async function answer(request) {
  const url = new URL(request.url);
  url.search = url.hash = "";
  if (url.pathname.endsWith("/index.html")) url.pathname = url.pathname.slice(0, -"index.html".length);
  const cache = await caches.open(CACHE);
  const kept = await cache.match(url.href);
  if (kept) return kept;
  try {
    return await fetch(request);
  } catch (error) {
    const missing = request.mode === "navigate" && (await cache.match(address("404.html")));
    if (missing) return missing;
    throw error;
  }
}
