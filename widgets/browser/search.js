// Goes before the script of Material's search worker, which builds its index as soon as a page opens: that would take
// from Python's start, so what the page tells it waits for a moment. Who searches sooner is answered then.

{
  const MOMENT = 1000;
  const waiting = [];
  const hold = (event) => {
    event.stopImmediatePropagation();
    waiting.push(event.data);
  };
  addEventListener("message", hold);
  setTimeout(() => {
    removeEventListener("message", hold);
    for (const data of waiting) dispatchEvent(new MessageEvent("message", { data }));
  }, MOMENT);
}
