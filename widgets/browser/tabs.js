// Other tabs of this book, and this one's coming and going.

import { parse } from "./record.js";
import { keyOf, viewKeyOf } from "./store.js";

// `figures` are those on the page, by name.
export function watchTabs(figures) {
  const each = (work) => () => [...figures.values()].forEach(work);
  const meetAll = each((figure) => figure.meet());
  const restAll = each((figure) => figure.rest()); // what was typed last must not go with the page

  addEventListener("storage", ({ key, newValue }) => {
    for (const figure of figures.values()) {
      if (key === null) figure.meet();
      else if (key === keyOf(figure.name)) figure.meet(parse(newValue));
      else if (key === viewKeyOf(figure.name)) figure.look();
    }
  });
  // What another tab did while this one was put away may not have been heard.
  addEventListener("pageshow", ({ persisted }) => persisted && meetAll());
  document.addEventListener("visibilitychange", () => (document.hidden ? restAll() : meetAll()));
  addEventListener("pagehide", restAll);
}
