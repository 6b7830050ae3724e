// Every function of some scripts and how many lines it has: `node functions.mjs FILE...` prints "FILE:LINE LINES".

import { parsers } from "prettier/plugins/acorn";
import { readFileSync } from "node:fs";

const lineOf = (text, place) => text.slice(0, place).split("\n").length;

function* functionsIn(node) {
  if (typeof node !== "object" || !node) return;
  if (/^(Function|ArrowFunction)/.test(node.type)) yield node;
  for (const [key, child] of Object.entries(node)) if (key !== "comments") yield* functionsIn(child);
}

for (const path of process.argv.slice(2)) {
  const text = readFileSync(path, "utf8");
  for (const { range } of functionsIn(parsers.acorn.parse(text, {}))) {
    const [first, last] = range.map((place) => lineOf(text, place));
    console.log(`${path}:${first} ${last - first + 1}`);
  }
}
