// Figures in the pages of others: the snippet that puts one there, what its own page does in the frame, and
// how a page of the book hears its frames. All that passes between host and frame are these two messages.

import { fieldOf, lacking, logsOf } from "./copying.js";
import { copy } from "./facilities.js";
import { linkTo } from "./links.js";

/* global BOOK_NAME */

const HEIGHT = `${BOOK_NAME}:height`; // to the host: { type, height } in CSS pixels
// From the host: { type, scheme }, which is "light", "dark" or anything else for the system's.
const SCHEME = `${BOOK_NAME}:scheme`;
const MARGIN = 48; // pixels of a figure's own page above and below the figure

export const isEmbedded = "embedded" in document.documentElement.dataset;

// The snippet for a figure in its present state: on the clipboard if may be, and in a field in any case. `page` is the
// figure's own, as an address within the book.
export async function offerEmbed(figure, notices, page) {
  const unanswered = await figure.settled();
  const logs = logsOf(figure),
    { hash } = new URL(linkTo(logs));
  const address = new URL(`../../${page}`, import.meta.url).href + (Object.values(logs).some(Boolean) ? hash : "");
  const title = figure.section.querySelector(".widget-title").textContent;
  const text = snippet(address, title, Math.ceil(figure.section.offsetHeight) + MARGIN);
  const field = fieldOf("textarea", "The figure for your page", { value: text, rows: 8, spellcheck: false });
  const copied = await copy(text);
  const said = copied
    ? "The figure in this state, for a page of yours, is on your clipboard."
    : "Here is the figure in this state, for a page of yours.";
  notices.say(
    "info",
    `${said} With the script, its frame grows and shrinks with it; where none is allowed, take the first two lines. ` +
      (unanswered ? `${lacking(unanswered)} ` : ""),
    { id: "embed", more: field },
  );
  field.select();
}

const quoted = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

function snippet(address, title, height) {
  const { origin } = new URL(address);
  return `<iframe src="${quoted(address)}" title="${quoted(title)}"
  width="100%" height="${height}" frameborder="0" loading="lazy" allow="clipboard-write"></iframe>
<script>
  addEventListener("message", ({ data, origin, source }) => {
    if (origin !== "${origin}" || data?.type !== "${HEIGHT}") return;
    for (const frame of document.querySelectorAll("iframe")) {
      if (frame.contentWindow === source) frame.height = data.height;
    }
  });
</script>`;
}

// A page of the book that shows figures in frames does what the
// snippet's script does, and has them wear its own colours.
export function hearFrames() {
  const frames = () => [...document.querySelectorAll("iframe")];
  const tell = (frame) => {
    const scheme = document.body.dataset.mdColorScheme === "slate" ? "dark" : "light";
    frame.contentWindow.postMessage({ type: SCHEME, scheme }, location.origin);
  };
  addEventListener("message", ({ data, origin, source }) => {
    const frame = frames().find(({ contentWindow }) => contentWindow === source);
    if (!frame || origin !== location.origin || data?.type !== HEIGHT) return;
    frame.height = data.height;
    tell(frame);
  });
  new MutationObserver(() => frames().forEach(tell)).observe(document.body, {
    attributeFilter: ["data-md-color-scheme"],
  });
}

// In the frame.
export function followHost() {
  const figure = document.querySelector("main");
  const tell = () =>
    parent.postMessage(
      {
        type: HEIGHT,
        height: Math.ceil(figure.getBoundingClientRect().height),
      },
      "*",
    );
  new ResizeObserver(tell).observe(figure);
  wearAsAsked();
  document.addEventListener("click", openOutside);
}

function wearAsAsked() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let asked = new URLSearchParams(location.search).get("scheme");
  const wear = () => {
    const isDark = ["light", "dark"].includes(asked) ? asked === "dark" : dark.matches;
    document.body.dataset.mdColorScheme = isDark ? "slate" : "default";
  };
  dark.addEventListener("change", wear);
  addEventListener("message", ({ data, source }) => {
    if (source !== parent || data?.type !== SCHEME) return;
    asked = data.scheme;
    wear();
  });
  wear();
}

// A frame with sandbox="allow-scripts" alone may open nothing and save
// nothing, and nothing says so; whether it may save can't even be asked.
function openOutside(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || globalThis.origin !== "null") return;
  const note = document.querySelector(".embed-note");
  if (link.hasAttribute("download")) {
    note.textContent =
      "If no file has come, the page around this figure lets it save none. " +
      `By itself the figure is at ${location.href}`;
    return;
  }
  event.preventDefault();
  const opened = open(link.href);
  if (opened) opened.opener = null;
  else note.textContent = `The page around this figure lets it open no others. This one is at ${link.href}`;
}
