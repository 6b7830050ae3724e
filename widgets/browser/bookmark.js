// Where the reader stopped: chapters leave a mark, the cover offers to go on from it.

import { keep, kept } from "./facilities.js";
import { earlierKeyOf, keyOf } from "./store.js";

const KEY = keyOf("bookmark");

export function bookmark() {
  const here = document.querySelector(".book-path [aria-current]");
  if (here) keep(KEY, here.textContent.trim());
  else offer(kept(KEY) ?? kept(earlierKeyOf("bookmark")));
}

function offer(chapter) {
  const place = /** @type {HTMLAnchorElement} */ (document.querySelector("[data-continue]"));
  const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".book-path a"));
  const link = [...links].find(({ textContent }) => textContent.trim() === chapter);
  if (!place || !link || chapter === "1") return;
  place.href = link.href;
  place.textContent = `Continue with chapter ${chapter}`;
}
