// Where the reader stopped: chapters leave a mark, the cover offers to go on from it.

const KEY = "rlhf-book:bookmark";

export function bookmark() {
  const here = document.querySelector(".book-path [aria-current]");
  try {
    if (here) localStorage.setItem(KEY, here.textContent.trim());
    else offer(localStorage.getItem(KEY));
  } catch {
    // Without storage there is no mark, and nothing else is lost.
  }
}

function offer(chapter) {
  const place = document.querySelector("[data-continue]");
  const link = [...document.querySelectorAll(".book-path a")].find(({ textContent }) => textContent.trim() === chapter);
  if (!place || !link || chapter === "1") return;
  place.href = link.href;
  place.textContent = `Continue with chapter ${chapter}`;
}
