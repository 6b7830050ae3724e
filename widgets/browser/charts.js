// A chart's values by keyboard: one column is in the order of tabs, arrow keys go on from there.

const STEPS = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

document.addEventListener("keydown", (event) => {
  const column = /** @type {HTMLElement} */ (/** @type {Element} */ (event.target).closest?.(".column"));
  const step = STEPS[event.key];
  if (!column || step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  const columns = [...column.parentElement.querySelectorAll(":scope > .column")].map(
    (other) => /** @type {HTMLElement} */ (other),
  );
  const next = columns[Math.min(Math.max(columns.indexOf(column) + step, 0), columns.length - 1)];
  column.tabIndex = -1;
  next.tabIndex = 0;
  next.focus({ preventScroll: true });
  event.preventDefault();
  event.stopImmediatePropagation(); // the figure may have a use of its own for arrow keys
});
