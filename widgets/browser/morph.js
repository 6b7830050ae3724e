// A view becomes another one with as few changes as it takes, so that focus, scroll and what is open stay.

import { Idiomorph } from "idiomorph";

const CHANGEABLE = "input, textarea, select";

// `content` is markup, or nodes, which are used up.
export function morph(view, content, active = null) {
  Idiomorph.morph(view, content, {
    morphStyle: "innerHTML",
    callbacks: {
      // What is the same is passed over, unless it holds what a reader may have changed, of which the markup knows nothing.
      beforeNodeMorphed: (node, wanted) => !node.isEqualNode(wanted) || mayHaveChanged(node),
      // What the reader opened stays open; a control being dragged keeps its value.
      beforeAttributeUpdated: (attribute, node, change) =>
        !(attribute === "open" && change === "remove") && !(node === active && attribute === "value" && node.type !== "button"),
    },
  });
}

function mayHaveChanged(node) {
  return node.nodeType === Node.ELEMENT_NODE && (node.matches(CHANGEABLE) || Boolean(node.querySelector(CHANGEABLE)));
}
