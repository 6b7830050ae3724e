// The page's side of the widgets. It knows no figure: it carries what the reader does to Python, and views back.
// One instance serves the whole visit: Material's instant navigation swaps pages, this module and its worker stay.

import "./charts.js";
import { bookmark } from "./bookmark.js";
import { followHost, hearFrames, isEmbedded } from "./embed.js";
import { connection } from "./facilities.js";
import { Figure } from "./figure.js";
import { takeFiles } from "./files.js";
import { hearKeys } from "./keys.js";
import { land } from "./land.js";
import { repaired } from "./links.js";
import { isStale, keepForLater, takeOver } from "./offline.js";
import { Python } from "./python.js";
import { switchSchemes } from "./scheme.js";
import { watchTabs } from "./tabs.js";
import { becomeWhole } from "./whole.js";

const python = new Python();
const figures = new Map();

function arrive() {
  if (isStale()) return location.reload();
  const right = repaired(location.href);
  if (right) return location.replace(right);
  bookmark();
  land();
  for (const [name, figure] of figures) {
    if (!figure.section.isConnected) {
      figure.leave();
      figures.delete(name);
    }
  }
  for (const section of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("section[data-widget]"))) {
    if (figures.get(section.dataset.widget)?.section !== section) {
      figures.set(section.dataset.widget, new Figure(section, python));
    }
  }
  if (figures.size) startWhenDue();
}

// Python waits for the first paint and for a figure that comes near, or for the first thing the reader does.
// Where data is dear it waits for the reader alone.
function startWhenDue() {
  const { saveData, type } = connection();
  if (saveData || type === "cellular") return;
  const sections = [...figures.values()].map(({ section }) => section);
  const start = () => (sections.some(isNear) ? python.start() : startWhenNear(sections));
  if (performance.getEntriesByName("first-contentful-paint").length) start();
  // Right after the first paint: an observer would be heard only when Material's script has run.
  else requestAnimationFrame(() => setTimeout(start));
}

// Within a screen's height of what is seen.
function isNear(section) {
  const { top, bottom } = section.getBoundingClientRect();
  return top < 2 * innerHeight && bottom > -innerHeight;
}

function startWhenNear(sections) {
  const near = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      python.start();
    },
    { rootMargin: "100% 0px" },
  );
  for (const section of sections) near.observe(section);
}

/** @returns {HTMLElement | null} what an event happened to, where that is not the whole document */
const elementOf = (target) => (target instanceof Element ? /** @type {HTMLElement} */ (target) : null);
const figureOf = (node) => {
  const section = /** @type {HTMLElement} */ (elementOf(node)?.closest("section[data-widget]"));
  return figures.get(section?.dataset.widget);
};
// What was typed counts before anything else is done, in this figure or another. Returns the figures that show another
// state since.
const flush = (except = null) => [...figures.values()].filter((figure) => figure !== except && figure.flush());

let moved = [];
document.addEventListener("click", () => (moved = flush()), { capture: true });

let pressed = ""; // what the last click's control did
document.addEventListener("click", ({ target, detail }) => {
  const control = /** @type {HTMLButtonElement} */ (elementOf(target)?.closest("button, [data-tool]"));
  const figure = control && figureOf(control);
  if (!figure || moved.includes(figure) || control.disabled || control.getAttribute("aria-disabled") === "true") return;
  // The second click of a double one is not meant for what has come under it since.
  const does = `${figure.name} ${control.dataset.event} ${control.dataset.value}`;
  if (detail > 1 && does !== pressed) return;
  pressed = does;
  // Safari does not focus a button that is clicked, and keys work where the focus is.
  if (!figure.section.contains(document.activeElement)) control.focus({ preventScroll: true });
  if (control.dataset.tool) figure.use(control.dataset);
  else if (control.dataset.event) figure.act(control, control.dataset.value ?? "null");
});

document.addEventListener("input", ({ target }) => {
  const figure = elementOf(target)?.dataset.event && figureOf(target);
  if (!figure) return;
  flush(figure);
  figure.change(target);
});

document.addEventListener("submit", (event) => {
  if (figureOf(event.target)) event.preventDefault();
});

window.addEventListener("hashchange", () => {
  for (const figure of figures.values()) figure.openLink();
});

becomeWhole();
watchTabs(figures);
if (isEmbedded) followHost();
else switchSchemes();
hearFrames();
hearKeys((node) => figureOf(node)?.section);
takeFiles();
takeOver();
keepForLater(python.ready);

// Material, which starts later, announces every page; without it there is just the one.
arrive();
document.addEventListener("material", () => window.document$.subscribe(arrive));
