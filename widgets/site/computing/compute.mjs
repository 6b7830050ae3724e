// Computes what the book ships in the very Python that readers' browsers have: WebAssembly's arithmetic has the same
// bits on every machine, where a processor's own libraries do not.
//
//   node compute.mjs <core folder> <site-packages folder> <module>
//
// Reads jobs from the standard input, a line of JSON each, has the module's `answer` work on them one
// after the other, and writes its answers, a line of JSON each: {"answer": ...} or {"error": ...}.

import { readFileSync, readdirSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [core, packages, entry] = process.argv.slice(2);
const SITE_PACKAGES = "/lib/python3.14/site-packages";
const { loadPyodide } = await import(pathToFileURL(join(core, "pyodide.mjs")).href);
const pyodide = await loadPyodide({
  indexURL: core,
  lockFileContents: JSON.parse(readFileSync(join(core, "pyodide-lock.json"), "utf8")),
  packageBaseUrl: core,
  env: { PYTHONHASHSEED: "0", PYTHONDONTWRITEBYTECODE: "1" },
  fsInit: (FS) => copyFolder(FS, packages, SITE_PACKAGES),
});
const { answer } = pyodide.pyimport(entry);

function copyFolder(FS, from, to) {
  FS.mkdirTree(to);
  for (const name of readdirSync(from).sort()) {
    const [source, target] = [join(from, name), `${to}/${name}`];
    if (statSync(source).isDirectory()) copyFolder(FS, source, target);
    else FS.writeFile(target, readFileSync(source));
  }
}

// All of a line, also where a pipe takes only some of it at a time.
function tell(told) {
  let rest = Buffer.from(`${JSON.stringify(told)}\n`);
  while (rest.length) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

for await (const job of createInterface({ input: process.stdin })) {
  try {
    tell({ answer: answer(job) });
  } catch (error) {
    tell({ error: error.message });
  }
}
process.exit(0);
