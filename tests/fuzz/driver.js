// Works the controls of the figures of a page at random, as a reader's events reach the page's script. Arguments:
// { seed, sequences, events, most, texts }. Returns what went wrong, a sentence each, and how many events were made.
async ({ seed, sequences, events, most, texts }) => {
  const CONTROLS = "[data-event]:not([disabled], [aria-disabled=true], [type=file])";
  const LONG = 1000; // milliseconds of work, after which it is stopped
  const GIVEN_UP = 30_000;
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const one = (list) => list[Math.floor(random() * list.length)];
  const soon = () => new Promise((done) => setTimeout(done, 4));
  const tell = (control, kind) => control.dispatchEvent(new Event(kind, { bubbles: true }));
  const tool = (section, name) => section.querySelector(`[data-tool=${name}]:not([disabled], [hidden])`);

  function work(control) {
    if (control.matches("button, [type=checkbox], [type=radio]")) return control.click();
    if (control.matches("[type=range], [type=number]")) {
      const [low, high] = [Number(control.min), Number(control.max)];
      control.value = one([low, high, low + random() * (high - low)]);
    } else if (control.matches("select")) control.selectedIndex = Math.floor(random() * control.options.length);
    else control.value = one(texts).slice(0, control.maxLength < 0 ? 500 : control.maxLength);
    tell(control, "input");
    return tell(control, "change");
  }

  async function answered(section) {
    const began = performance.now();
    while (!(section.dataset.status === "ready" && section.dataset.pending === "0")) {
      const waited = performance.now() - began;
      if (waited > LONG) tool(section, "stop")?.click();
      if (waited > GIVEN_UP) throw new Error(`${section.dataset.status}, ${section.dataset.pending} not answered`);
      await soon();
    }
  }

  function check(section) {
    const view = section.querySelector("[data-view]");
    if (view.innerHTML.length > most) throw new Error(`a view of ${view.innerHTML.length} characters`);
    const wrong = [...view.querySelectorAll("data")].find(({ value }) => !value || !Number.isFinite(Number(value)));
    if (wrong) throw new Error(`no number: ${wrong.outerHTML.slice(0, 200)}`);
    const error = section.querySelector("[data-messages] [role=alert]");
    if (error) throw new Error(error.textContent);
  }

  const sections = [...document.querySelectorAll("[data-widget]")];
  const failures = [];
  let made = 0;
  for (let number = 0; number < sequences; number++) {
    const section = one(sections),
      done = [];
    try {
      for (let left = 1 + Math.floor(random() * events); left > 0; left--) {
        const controls = [...section.querySelectorAll(CONTROLS)];
        const undo = random() < 0.08 && tool(section, "undo");
        const control = undo || one(controls);
        if (!control) break;
        done.push(`${control.dataset.event ?? "undo"} ${control.dataset.value ?? control.value}`.slice(0, 60));
        work(control);
        made += 1;
        if (random() < 0.8) await answered(section); // or the next comes before the answer
      }
      await answered(section);
      check(section);
      tool(section, "reset")?.click();
      await answered(section);
    } catch (error) {
      failures.push(`${section.dataset.widget}: ${error.message} after ${done.join(", ")}`);
    }
  }
  return { failures, made };
};
