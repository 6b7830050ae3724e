// A view becomes another one with as few changes as it takes, so that focus, scroll and what is open stay.

import { Idiomorph } from "idiomorph";
import { parsed } from "./trusted.js";

const CHANGEABLE = "input, textarea, select";
// The numbers of a chart for those who hear it: to lay them out costs about as much as the drawing.
const HEARD = "table.visually-hidden";

// `content` is markup, or nodes, which are used up. What is only heard can wait until the rest is painted: the function
// that is returned puts it in.
export function morph(view, content, active = null) {
  const heard = [];
  Idiomorph.morph(view, typeof content === "string" ? parsed(content) : content, {
    morphStyle: "innerHTML",
    callbacks: {
      // What is the same is passed over, unless it holds what a
      // reader may have changed, of which the markup knows nothing.
      beforeNodeMorphed: (/** @type {Element} */ node, /** @type {Element} */ wanted) => {
        if (node.isEqualNode(wanted)) return mayHaveChanged(node);
        const canWait = node.matches?.(HEARD) && wanted.matches?.(HEARD);
        if (canWait) heard.push([node, wanted]);
        return !canWait;
      },
      // What the reader opened stays open; a control being dragged keeps its value.
      beforeAttributeUpdated: (attribute, node, change) =>
        !(attribute === "open" && change === "remove") &&
        !(node === active && attribute === "value" && /** @type {HTMLInputElement} */ (node).type !== "button"),
    },
  });
  return () => heard.forEach(([node, wanted]) => node.replaceWith(wanted));
}

function mayHaveChanged(node) {
  return node.nodeType === Node.ELEMENT_NODE && (node.matches(CHANGEABLE) || Boolean(node.querySelector(CHANGEABLE)));
}
