// For work that nobody waits for. Safari, which does not tell when it is idle, does it next.
export function whenIdle(work) {
  (window.requestIdleCallback ?? setTimeout)(work);
}
