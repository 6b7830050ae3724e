// A book that opens shows its first screen, and figures further down are styled and laid out once the reader
// moves, or comes near; those that are near already, once the text is painted. Who is led to a place within a
// page, or comes back to one, gets it whole at once, so that the place is where it was.

import { whenIdle } from "./idle.js";

export function becomeWhole() {
  const [came] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  const type = came?.type;
  if (location.hash || type !== "navigate") return whole();
  return addEventListener("scroll", () => whenIdle(whole), {
    once: true,
    passive: true,
  });
}

function whole() {
  document.documentElement.dataset.whole = "";
}
