// Where focus was in a view, so that it can go back when the control it was on is gone.

export function holdFocus(view, change) {
  const active = /** @type {HTMLButtonElement} */ (
    view.contains(document.activeElement) ? document.activeElement : null
  );
  const place = active && placeOf(view, active);
  change(active);
  if (place && (active.disabled || !view.contains(document.activeElement))) focusNear(view, place);
}

export function focusOn(view) {
  view.tabIndex = -1;
  view.focus({ preventScroll: true });
}

function placeOf(view, control) {
  const selector = control.dataset.event ? `[data-event="${CSS.escape(control.dataset.event)}"]` : "button, input";
  return {
    selector,
    index: [...view.querySelectorAll(selector)].indexOf(control),
  };
}

// To the nearest control of the same kind that can be used, else to the view.
function focusNear(view, { selector, index }) {
  const far = (/** @type {[number, HTMLElement]} */ [place]) => Math.abs(place - index);
  const usable = [...view.querySelectorAll(selector)]
    .map((control, place) => /** @type {[number, HTMLButtonElement]} */ ([place, control]))
    .filter(([, { disabled }]) => !disabled);
  const [, control] = usable.sort((one, other) => far(one) - far(other))[0] ?? [];
  if (control) control.focus({ preventScroll: true });
  else focusOn(view);
}
