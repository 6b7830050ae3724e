// Letter keys work only while focus is inside a figure, and never while text is being typed.

const TEXT = "textarea, select, input:not([type=radio], [type=checkbox], [type=button])";

/** @param {(node: Element) => HTMLElement | undefined} sectionOf the figure's section that a node is in */
export function hearKeys(sectionOf) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const on = event.target instanceof Element ? event.target : null;
    if (on?.matches(TEXT) || (on?.matches("input") && event.key.startsWith("Arrow"))) return;
    const section = sectionOf(on);
    if (section) press(event, on, section);
  });
}

function press(event, on, section) {
  // One press, one act: a key that is held is pressed once.
  if (event.repeat && on.matches("button") && [" ", "Enter"].includes(event.key)) return event.preventDefault();
  const key = event.key === " " ? "" : signOf(event);
  // Material has letter keys of its own: "n" would lead away from a figure whose Next is not there just now.
  if (/^[a-z]$/.test(key)) event.stopPropagation();
  const control = key && controlOf(section, key);
  if (!control) return undefined;
  event.preventDefault();
  if (event.repeat && control.matches("button")) return undefined;
  control.focus({ preventScroll: true });
  return control.click();
}

const controlOf = (section, key) =>
  [...section.querySelectorAll("[data-key]")].find(
    ({ dataset, disabled }) => !disabled && dataset.key.toLowerCase().split(" ").includes(key),
  );

// The key's own sign, or the one at its place where the layout
// has no such letter or digit there: Cyrillic, Greek, AZERTY.
function signOf({ key, code }) {
  const sign = key.toLowerCase();
  return /^[^a-z0-9]$/u.test(sign) ? (/^(?:Key|Digit)(.)$/.exec(code)?.[1].toLowerCase() ?? sign) : sign;
}
