// Light or dark, by Material's own switch and record of it. Its script for the switch is not used: it
// announces the colours in the page's head, upon which Chromium styles every element of the page anew,
// several times while the book starts.

import { keep, kept, themeKey } from "./facilities.js";

const switches = "[data-scheme-switch] input";
const options = [.../** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(switches))];
const light = matchMedia("(prefers-color-scheme: light)");
const bar = document.head.appendChild(Object.assign(document.createElement("meta"), { name: "theme-color" }));

const record = () => themeKey("__palette");

export function switchSchemes() {
  if (!options.length) return; // a book of one palette
  for (const option of options) {
    option.addEventListener("change", () => choose(option));
    option.addEventListener(
      "keydown",
      ({ key }) => key === "Enter" && choose(options[(options.indexOf(option) + 1) % options.length]),
    );
  }
  light.addEventListener("change", wear);
  wear();
}

// The reader's choice, else what their system prefers.
function wear() {
  const chosen = options[recorded()?.index];
  show(chosen ?? options.find(({ dataset }) => matchMedia(dataset.mdColorMedia).matches) ?? options[0]);
}

function recorded() {
  try {
    return JSON.parse(kept(record()));
  } catch {
    return null;
  }
}

function choose(option) {
  const { mdColorMedia: media, mdColorScheme: scheme, mdColorPrimary: primary, mdColorAccent: accent } = option.dataset;
  keep(
    record(),
    JSON.stringify({
      index: options.indexOf(option),
      color: { media, scheme, primary, accent },
    }),
  );
  show(option);
  option.focus();
}

// Each option is followed by the label of the other one.
function show(option) {
  option.checked = true;
  document.body.dataset.mdColorScheme = option.dataset.mdColorScheme;
  for (const other of options)
    /** @type {HTMLElement} */ (other.nextElementSibling).hidden = other !== option;
  requestAnimationFrame(() => (bar.content = getComputedStyle(document.body).getPropertyValue("--ground")));
}
