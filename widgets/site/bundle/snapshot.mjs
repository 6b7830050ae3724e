// Makes the memory snapshot: Python as it is after numpy and the widgets were imported and the desk was opened.
//
//   node snapshot.mjs <core folder> <site-packages folder>
// <output file> <entry module> <content file> <library path>...
//
// Writes the memory, packed as widgets/browser/runtime.js unpacks it, and prints as JSON what is needed for that.

import crypto from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [core, packages, output, entry, content, ...libraries] = process.argv.slice(2);
const SITE_PACKAGES = "/lib/python3.14/site-packages";
const STDLIB = "/lib/python314.zip";
const GAP = 1 << 16; // as many zeros are worth a note instead
const { loadPyodide } = await import(pathToFileURL(join(core, "pyodide.mjs")).href);
const { default: createModule } = await import(pathToFileURL(join(core, "pyodide.asm.mjs")).href);
const { checksum, withLibraries } = await import("../../browser/libraries.js");

// The desk, what starts anew the generator that a snapshot holds, and what an error's report would import later.
const IMPORTS = `import importlib, json, linecache, traceback, tokenize
with open("/content.json", encoding="utf-8") as file:
    desk = importlib.import_module("widgets.kit.book").open_desk(${JSON.stringify(entry)}, file.read())
from random import seed
del file`;

// The same memory from every build: no clock, no luck and no path of the machine
// that made it. A reader's Python draws a seed of its own when it wakes up.
Date.now = () => Date.UTC(2026, 0, 1);
performance.now = () => 0;
process.hrtime = Object.assign(() => /** @type {[number, number]} */ ([0, 0]), {
  bigint: () => 0n,
});
crypto.randomFillSync = globalThis.crypto.getRandomValues = (/** @type {any} */ view) =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength).fill(1) && view;
process.argv[1] = "python";
process.env.TZ = "UTC";

let first; // the memory before any code has run
const options = {
  indexURL: core,
  lockFileContents: JSON.parse(readFileSync(join(core, "pyodide-lock.json"), "utf8")),
  packageBaseUrl: core,
  // No docstrings and assertions; the same hashes in every build.
  env: {
    PYTHONOPTIMIZE: "2",
    PYTHONHASHSEED: "0",
    PYTHONDONTWRITEBYTECODE: "1",
  },
  createPyodideModule: withLibraries(
    createModule,
    libraries,
    (name) => join(packages, name.slice(SITE_PACKAGES.length)),
    {
      onInstance: (memory) => (first = new Uint8Array(memory).slice()),
    },
  ),
};
const scratch = mkdtempSync(join(tmpdir(), "snapshot-"));
try {
  const archive = await thinned();
  const { heap, header, modules } = await remembered(archive);
  const { memory, facts } = packed(heap, first);
  writeFileSync(output, memory);
  console.log(JSON.stringify({ ...facts, header, modules }));
} finally {
  rmSync(scratch, { recursive: true });
}
process.exit(0);

// Imports everything once, and compiles what was imported, see thin.py: of the standard library into an archive, whose
// path is returned; of the packages, the book itself among them, in their place. (While writing, Python starts the
// stock way, and errors tell their lines.)
async function thinned() {
  const pyodide = await loadPyodide({ ...options, fsInit: fill });
  pyodide.FS.mkdirTree("/thin");
  const imported = pyodide.toPy({});
  pyodide.runPython(IMPORTS);
  pyodide.runPython(readFileSync(new URL("thin.py", import.meta.url), "utf8"), { globals: imported });
  const replaced = imported.get("thinned")(STDLIB, SITE_PACKAGES, "/thin");
  for (const name of JSON.parse(replaced)) {
    rmSync(join(packages, name));
    writeFileSync(join(packages, `${name}c`), pyodide.FS.readFile(`/thin/${name.replaceAll("/", "|")}c`));
  }
  const archive = join(scratch, "stdlib.zip");
  writeFileSync(archive, pyodide.FS.readFile("/thin/stdlib.zip"));
  return archive;
}

// Python, from the thinned modules, as it is to wake up in the reader's browser.
async function remembered(archive) {
  const pyodide = await loadPyodide({
    ...options,
    stdLibURL: archive,
    fsInit: fill,
    _makeSnapshot: true,
  });
  const modules = pyodide.runPython(`
import gc, sys
${IMPORTS}
linecache.clearcache()
# The standard library's archive is another one where the snapshot wakes up: it must be read anew there.
import zipimport
zipimport._zip_directory_cache.clear()
sys.path_importer_cache.clear()
gc.collect()
json.dumps(sorted(sys.modules))
`);
  fillFreePools(pyodide);
  zeroFreeMemory(pyodide);
  const snapshot = pyodide.makeMemorySnapshot();
  const start = new Uint32Array(snapshot.buffer, 0, 2)[1];
  const header = Buffer.from(snapshot.subarray(0, start)).toString("base64");
  return {
    heap: snapshot.subarray(start),
    header,
    modules: JSON.parse(modules),
  };
}

// What the heap holds between long runs of zeros. What WebAssembly itself puts there, the browser has already: there
// only the differences are kept, and a sum by which to see that it is the same.
function packed(heap, first) {
  const own = (first.findLastIndex((byte) => byte !== 0) + 16) & ~15;
  const wanted = Uint8Array.from(heap);
  for (let index = 0; index < own; index++) wanted[index] ^= first[index];
  const runs = [[0, own]];
  const words = new Uint32Array(wanted.buffer, 0, wanted.length >> 2);
  for (let index = own >> 2; index < words.length; index++) {
    if (words[index] === 0) continue;
    const run = runs.at(-1);
    if (index * 4 > run[1] + GAP) runs.push([index * 4, index * 4 + 4]);
    else run[1] = index * 4 + 4;
  }
  const memory = Buffer.concat(runs.map(([from, to]) => wanted.subarray(from, to)));
  return {
    memory,
    facts: {
      heap: heap.length,
      runs,
      own,
      check: checksum(new Int32Array(first.buffer, 0, own >> 2)),
    },
  };
}

function fill(FS) {
  copyFolder(FS, packages, SITE_PACKAGES);
  FS.writeFile("/content.json", readFileSync(content));
}

// The files go in by FS: loadPackage would leave JavaScript references, which can't be serialised.
function copyFolder(FS, from, to) {
  FS.mkdirTree(to);
  for (const name of readdirSync(from).sort()) {
    const [source, target] = [join(from, name), `${to}/${name}`];
    if (statSync(source).isDirectory()) copyFolder(FS, source, target);
    // A library is loaded already; Python only looks whether its file is there.
    else FS.writeFile(target, name.endsWith(".so") ? new Uint8Array(0) : readFileSync(source));
  }
}

// What the heap once held compresses badly. Python's own allocator keeps free blocks in its pools: fills each with
// zeros once, by as many objects of its size as are free.
function fillFreePools(pyodide) {
  const lines = [];
  pyodide.setStderr({ batched: (line) => lines.push(line) });
  pyodide.runPython("import sys; sys._debugmallocstats()");
  const counts = {};
  for (const line of lines) {
    const [, size, , , free] = line.match(/^\s*\d+\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*$/) ?? [];
    if (size) counts[size] = Number(free);
  }
  const unused = Number(lines.join("\n").match(/(\d+) unused pools/)?.[1] ?? 0);
  counts[512] = (counts[512] ?? 0) + 31 * unused;
  pyodide.runPython(`
def _fill(counts, header=33):
    return [bytes(int(size) - header) for size, count in counts.items() if int(size) > header for _ in range(count)]
_fill(json.loads('${JSON.stringify(counts)}')) and None
del _fill
gc.collect()`);
}

// The same for the heap below: takes every free block below the last byte in use, zeroes it, gives it back.
function zeroFreeMemory(pyodide) {
  const module = pyodide._module;
  const last = module.HEAPU8.findLastIndex((byte) => byte !== 0);
  const taken = [];
  for (let size = 1 << 20; size >= 16; size >>= 1) {
    for (;;) {
      const block = module._malloc(size);
      if (block > last) {
        module._free(block); // never used before, so no free block of this size is left
        break;
      }
      module.HEAPU8.fill(0, block, block + size);
      taken.push(block);
    }
  }
  taken.forEach((block) => module._free(block));
}
