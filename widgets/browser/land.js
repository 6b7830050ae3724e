// Where a link led. A browser goes there while the page is still being laid out, and may end
// up elsewhere: so once more, when everything has its place and the reader has not moved.

const MOVES = ["wheel", "touchmove", "keydown", "pointerdown"];
const [came] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
let returning = came?.type !== "navigate"; // then the browser knows the way
let landed = null;

addEventListener("popstate", () => (returning = true));
addEventListener("hashchange", () => ((returning = false), (landed = location.href)));

export async function land() {
  if (landed === location.href) return;
  landed = location.href;
  if (returning) return void (returning = false);
  const target = document.getElementById(location.hash.slice(1));
  if (!target) return;
  const moved = new AbortController();
  for (const kind of MOVES)
    addEventListener(kind, () => moved.abort(), {
      signal: moved.signal,
      passive: true,
    });
  await Promise.all([document.fonts.ready, loaded()]);
  if (!moved.signal.aborted) target.scrollIntoView();
  moved.abort();
}

function loaded() {
  return document.readyState === "complete" || new Promise((done) => addEventListener("load", done, { once: true }));
}
