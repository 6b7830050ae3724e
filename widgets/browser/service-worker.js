// Keeps one whole release of the book on the reader's device: pages, figures, Python. The build writes RELEASE (a hash
// of everything), FILES (address within the book to hash of content) and the book's name.

/* global BOOK_NAME, RELEASE, FILES */

const { scope } = self.registration;
// Books on one origin (translations, forks, previews) see each other's caches: a book's own carry its path.
// No path holds a space, so no book's names begin like those of a book whose path begins like its own.
const OWN = `${BOOK_NAME}:${new URL(scope).pathname} `;
const EARLIER = `${BOOK_NAME}-`; // any book's, before names carried the path
const CACHE = OWN + RELEASE;
const LISTING = new URL("release.json", scope).href; // kept beside the files: what each one's hash is
const GONE = new URL("release.json?gone", scope).href; // kept where the last visit found no book on the network
const AT_ONCE = 4;

const address = (name) => new URL(name, scope).href;
const isFile = (url) => url.startsWith(scope) && Object.hasOwn(FILES, url.slice(scope.length));

self.addEventListener("install", (/** @type {ExtendableEvent} */ event) => event.waitUntil(install()));
self.addEventListener("activate", (/** @type {ExtendableEvent} */ event) => event.waitUntil(activate()));
self.addEventListener("fetch", (/** @type {FetchEvent} */ event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(scope)) event.respondWith(answer(request));
});
// A page that has only just opened asks for the release that waits; none is ever swapped
// under a reader. One that has come to rest asks whether the book is still at this address.
self.addEventListener("message", (/** @type {ExtendableMessageEvent} */ event) => {
  if (event.data === "activate") self.skipWaiting();
  if (event.data === "look") event.waitUntil(look().catch(() => {})); // caches may fail
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
    // Response.json is too new for Safari 16 and Firefox 114.
    await cache.put(LISTING, new Response(JSON.stringify(FILES)));
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
  // Browsers refuse a kept answer that was redirected where they ask for a page.
  if (!response.ok || response.redirected)
    throw new Error(`${name}: ${response.redirected ? response.url : response.status}`);
  return cache.put(url, response);
}

async function older() {
  const found = await Promise.all(
    (await others()).map(async (name) => {
      const cache = await caches.open(name);
      const listing = await cache.match(LISTING);
      return listing ? { files: await listing.json(), cache } : null;
    }),
  );
  return found.filter(Boolean);
}

// The names of the caches of this book's other releases.
async function others() {
  const names = (await caches.keys()).filter((name) => name !== CACHE);
  const own = await Promise.all(
    names.map((name) => name.startsWith(OWN) || (name.startsWith(EARLIER) && isOfThisBook(name))),
  );
  return names.filter((_, index) => own[index]);
}

// Whether an earlier cache, whose name doesn't say it, holds addresses of this book.
async function isOfThisBook(name) {
  const requests = await (await caches.open(name)).keys();
  return requests.some(({ url }) => url === LISTING || isFile(url));
}

async function activate() {
  const before = await others().catch(() => []);
  await forget(before);
  await self.clients.claim();
  if (before.length) await tell("taken over");
}

// Held for pages that are still being read, until they listen.
async function tell(what) {
  for (const client of await self.clients.matchAll()) client.postMessage(what);
}

async function answer(request) {
  const kept = await find(request.url).catch(() => null); // a cache that fails hides no network
  if (kept) return kept;
  try {
    return await fetch(request);
  } catch (error) {
    const page = request.mode === "navigate" && (await match(address("404.html")).catch(() => null));
    if (page) return new Response(page.body, { status: 404, headers: page.headers });
    throw error;
  }
}

const match = (url) => caches.match(url, { cacheName: CACHE });

// What is kept for an address, in any form in which the network answers it.
async function find(url) {
  const { origin, pathname, search } = new URL(url);
  const plain = new URL(decodeURI(pathname).replace(/\/index\.html$/, "/"), origin).href;
  return isFile(`${plain}/`) ? Response.redirect(`${plain}/${search}`) : match(plain);
}

// A browser asks for this script again and again, and keeps the old one for as long as that fails: readers of a book
// that has moved would be given the old one for ever. So they are let go when the network redirects to elsewhere, or
// when, at two visits in a row, it has nothing here. Where it doesn't answer, or is in trouble, nothing is known.
async function look() {
  const where = await whereabouts().catch(() => "unknown");
  if (where === "moved" || (where === "gone" && (await match(GONE)))) return letGo();
  if (isLetGo) return undefined; // by another look, while this one waited for the network
  const cache = await caches.open(CACHE);
  if (where === "gone") await cache.put(GONE, new Response());
  if (where === "here") await cache.delete(GONE);
}

async function whereabouts() {
  const [script, cover] = await Promise.all([
    fetch(self.location.href, { cache: "no-store", redirect: "manual" }),
    fetch(scope, { cache: "no-store", mode: "no-cors" }).catch(() => null), // it may redirect to another origin
  ]);
  if (script.type === "opaqueredirect" || (cover && !cover.url.startsWith(scope))) return "moved";
  const isScript = /javascript/.test(script.headers.get("content-type"));
  if ([script, cover].some((found) => [404, 410].includes(found?.status)) || (script.ok && !isScript)) return "gone";
  return script.ok && cover?.ok ? "here" : "unknown";
}

let isLetGo = false;

async function letGo() {
  isLetGo = true;
  await self.registration.unregister();
  await tell("let go"); // at once, before a page asks to be kept again
  await forget([CACHE, ...(await others().catch(() => []))]);
}

// Whether caches can be deleted or not, what follows must be done.
const forget = (names) => Promise.allSettled(names.map((name) => caches.delete(name)));
