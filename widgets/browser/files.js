// Files that the reader gives to a figure, and files that a figure gives back.

const SLICES = 16,
  SLICE = 4096; // of a file, by which it is known again

// Hands files to Python; returns what is said of them in the event: names, sizes and marks.
export async function given(files, python) {
  const value = [];
  for (const file of [...files]) {
    const mark = await markOf(file);
    python.hold({ file, mark });
    value.push([file.name.slice(-255), file.size, mark]);
  }
  return value;
}

// From slices all over the file: to read a large one twice would take too long.
// No cryptography is meant, nor is there any where a page is not served securely.
async function markOf(file) {
  let one = 0x9e3779b9 ^ file.size,
    other = 0x85ebca6b;
  for (let slice = 0; slice < SLICES; slice++) {
    const start = Math.floor((Math.max(file.size - SLICE, 0) * slice) / (SLICES - 1));
    const bytes = new Uint8Array(await file.slice(start, start + SLICE).arrayBuffer());
    for (const byte of bytes) {
      one = Math.imul(one ^ byte, 0x01000193);
      other = Math.imul(other ^ byte, 0x5bd1e995) + 1;
    }
    if (file.size <= SLICE) break;
  }
  return [one, other].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
}

// Files may be dropped on a figure that takes some, and pasted into it; a text that is pasted is one, too.
export function takeFiles() {
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files") || !document.querySelector("[data-view] input[type=file]")) return;
    event.preventDefault(); // else the browser would leave the page and open the file
    event.dataTransfer.dropEffect = fieldAt(event.target) ? "copy" : "none";
    light(fieldAt(event.target));
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget ?? light(null));
  document.addEventListener("drop", (event) => {
    const field = fieldAt(event.target);
    light(null);
    if (!event.dataTransfer?.files.length || !field) return;
    event.preventDefault();
    give(field, event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    if (/** @type {Element} */ (event.target).matches?.("textarea, input:not([type=file])")) return;
    const field = fieldAt(document.activeElement),
      data = event.clipboardData,
      text = data?.getData("text/plain");
    if (!field || !(data?.files.length || text?.trim())) return;
    event.preventDefault();
    give(field, data.files.length ? data.files : [new File([text], "pasted.txt")]);
  });
}

// The file field of the figure that a node is in.
const fieldAt = (node) =>
  node?.closest?.("section[data-widget]")?.querySelector("[data-view] input[type=file]") ?? null;

function light(field) {
  const lit = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-over]"));
  for (const zone of lit) delete zone.dataset.over;
  const zone = field?.closest("[data-zone]");
  if (zone) zone.dataset.over = "";
}

function give(field, files) {
  const list = new DataTransfer();
  for (const file of [...files].slice(0, field.multiple ? undefined : 1)) list.items.add(file);
  field.files = list.files;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

// Files that Python writes come in pieces.
const pieces = new Map();

export function collect({ widget, name, media, data, busy }) {
  const file = pieces.get(widget) ?? { parts: [] };
  if (busy) {
    file.parts.push(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)));
    pieces.set(widget, { ...file, name, media });
    return;
  }
  pieces.delete(widget);
  if (file.name) save(new Blob(file.parts, { type: file.media }), file.name);
}

// Has Python write a file. What was stopped half-way before, or failed, is no part of it.
export function askFor(what, { name, python }) {
  pieces.delete(name);
  python.post({ type: "save", widget: name, what });
}

function save(blob, name) {
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(blob),
    download: name,
  });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
