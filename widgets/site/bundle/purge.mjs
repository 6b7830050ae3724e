// Cuts style sheets to the rules that the words of other files can call for. Asked with
// {"css": [path], "content": [path]}, it prints the cut sheets as a list, in order.
import { readFileSync } from "node:fs";
import { PurgeCSS } from "purgecss";

const asked = JSON.parse(process.argv[2]);
const words = (text) => text.match(/[\w-]+/g) ?? [];
const sheet = (path) => ({
  raw: readFileSync(path, "utf-8").replace(/\/\*# sourceMappingURL=.*?\*\//, ""),
});
const cut = await new PurgeCSS().purge({
  css: asked.css.map(sheet),
  content: asked.content,
  defaultExtractor: words,
});
process.stdout.write(JSON.stringify(cut.map(({ css }) => css)));
