// What the keyboard tour asks of a page: where the Tab key should lead, where it led, and how focus showed there.

window.tour = (() => {
  const CONTROLS =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [contenteditable=true]";
  let reached = new Set();
  let last = null; // the stop before, and how it looked with focus
  const shifts = []; // [how much, what moved from where to where]

  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      // What a figure's answer moves is asked for, also where a busy machine answers after half a second.
      const isAnswer = sources.some(({ node }) => elementOf(node)?.closest("section[data-touched]"));
      if (!hadRecentInput && !isAnswer) shifts.push([value, sources.map(moved).join(", ")]);
    }
  }).observe({ type: "layout-shift", buffered: true });

  const elementOf = (node) => (node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement);
  const place = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join();
  const moved = ({ node, previousRect, currentRect }) =>
    `${node ? describe(node) : "gone"} from ${place(previousRect)} to ${place(currentRect)}`;

  const describe = (node) => {
    const element = elementOf(node);
    const tag = element
      ?.cloneNode(false)
      .outerHTML.replace(/ (data-focus-visible-added|style)="[^"]*"/g, "")
      .slice(0, 120);
    return `${tag} “${node.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}”`;
  };

  // Radio buttons of one group are one stop.
  const group = (node) =>
    node.type === "radio" && node.name
      ? [...document.getElementsByName(node.name)].find(({ type, form }) => type === "radio" && form === node.form)
      : node;

  const usable = (node) =>
    node.tabIndex >= 0 &&
    !node.disabled &&
    !node.closest("[inert]") &&
    node.checkVisibility({ visibilityProperty: true });

  const stops = () => new Set([...document.querySelectorAll(CONTROLS)].filter(usable).map(group));

  // What shows a control: itself; for an input also its label,
  // or the label after it; for a mark in a chart what it holds.
  const faces = (node) => {
    const labels = [...(node.labels ?? [])];
    if (node.matches("input") && node.nextElementSibling?.matches("label")) labels.push(node.nextElementSibling);
    if (node instanceof SVGElement) labels.push(...node.children);
    return [node, ...labels.flatMap((label) => [label, ...label.querySelectorAll("*")])];
  };

  const look = (node) =>
    faces(node)
      .map((face) => {
        const { outlineStyle, outlineWidth, outlineColor, boxShadow, stroke, strokeWidth, visibility } =
          getComputedStyle(face);
        const outline = outlineStyle === "none" ? "" : `${outlineWidth} ${outlineColor}`;
        return [outline, boxShadow, ...(face instanceof SVGElement ? [stroke, strokeWidth, visibility] : [])].join();
      })
      .join(";");

  // What lies over a point and stays in place when the page scrolls, unless the node belongs to it.
  const cover = (node, x, y) => {
    for (let over = document.elementFromPoint(x, y); over && !over.contains(node); over = over.parentElement) {
      if (["fixed", "sticky"].includes(getComputedStyle(over).position)) return over;
    }
    return null;
  };

  // Why nothing of a node can be seen, or null where some of it can.
  const hidden = (node) => {
    const boxes = faces(node).flatMap((face) =>
      getComputedStyle(face).opacity === "0" ? [] : [...face.getClientRects()],
    );
    const spots = boxes
      .map(({ left, right, top, bottom }) => [
        Math.max(left, 0),
        Math.min(right, innerWidth),
        Math.max(top, 0),
        Math.min(bottom, innerHeight),
      ])
      .filter(([left, right, top, bottom]) => right - left > 1 && bottom - top > 1)
      .map(([left, right, top, bottom]) => [(left + right) / 2, (top + bottom) / 2]);
    if (!boxes.length) return "not drawn";
    if (!spots.length)
      return `at ${boxes.map(({ x, y, width, height }) => [x, y, width, height].map(Math.round)).join("; ")}`;
    const covers = spots.map(([x, y]) => cover(node, x, y));
    return covers.every(Boolean) ? `under ${describe(covers[0])}` : null;
  };

  return {
    shifts,

    // The next Tab, or Shift and Tab, starts from the page's first or last element.
    begin(from) {
      const mark = Object.assign(document.createElement("span"), {
        tabIndex: -1,
      });
      document.body[from === "top" ? "prepend" : "append"](mark);
      mark.focus();
      mark.remove();
      reached = new Set();
      last = null;
    },

    // Notes the stop that has focus: whether the round is over, and what is wrong.
    here() {
      const problems = [];
      if (last?.node.isConnected && look(last.node) === last.look)
        problems.push(`focus does not show: ${describe(last.node)}`);
      const node = document.activeElement;
      // The page in a frame has its own tour; from this one, all its stops look like the frame.
      if (node?.matches("iframe")) return ((last = null), { over: false, problems });
      if (node === document.body || reached.has(node)) return { over: true, problems };
      reached.add(node);
      last = { node, look: look(node) };
      const why = hidden(node);
      if (why) problems.push(`focus is out of sight (${why}): ${describe(node)}`);
      return { over: false, problems };
    },

    missed() {
      const groups = new Set([...reached].map(group));
      return [...stops()].filter((node) => !groups.has(node)).map((node) => `never reached: ${describe(node)}`);
    },
  };
})();
