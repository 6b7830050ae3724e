// Starts Python in the worker: from a memory snapshot that already holds numpy and the widgets, and where that fails
// for any reason, the stock way.

/* global RUNTIME */

import { loadPyodide } from "pyodide";
import { byteCounter, fileCounter, MissingFile, watched } from "./arrivals.js";
import { checksum, withLibraries } from "./libraries.js";
import { patch } from "./patches.js";

// Names of files, relative to this script, and their lengths: put in by the build (widgets/site/bundle/bundle.py).
const { core, stock, snapshot } = RUNTIME;
const at = (name) => new URL(name, import.meta.url).href;

// Whether a service worker has the book's files on the reader's disk: the page says so by this worker's name.
const kept = self.name === "kept";

// Returns Python, and the way in which it came. `compiled` promises Pyodide's WebAssembly, or null, to who has it kept.
export async function boot({ onProgress, compiled }) {
  checkWebAssembly();
  if (snapshot) {
    try {
      return {
        python: await start(fromSnapshot, core.bytes + snapshot.bytes, onProgress, compiled),
        way: "snapshot",
      };
    } catch (error) {
      if (error instanceof MissingFile || !self.WebAssembly) throw error;
      console.info(`Python starts the slow way: its snapshot could not be used (${error.message}).`);
    }
  }
  return {
    python: await start(stockStart, core.bytes + stock.bytes, onProgress, compiled),
    way: "stock",
  };
}

// Has the browser compile Pyodide's script: from then on it keeps the result beside the file, if that is on the disk.
export async function rehearse() {
  try {
    const { default: createPyodideModule } = await import(at(`${core.folder}pyodide.asm.mjs`));
    await createPyodideModule();
  } catch {
    // It has no settings, so it must fail, but by then it is compiled. Where it is not there, the next visit is slower.
  }
}

// Where WebAssembly is forbidden, Pyodide would wait for it for ever.
function checkWebAssembly() {
  try {
    new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)); // the smallest there is
  } catch (error) {
    throw new Error(`this browser does not allow WebAssembly here (${error.message})`);
  }
}

/** @param {{ way: Function, needs: string[], mayBeKept?: boolean }} how */
async function start({ way, needs, mayBeKept }, bytes, onProgress, compiled) {
  const files = kept ? needs.filter((name) => name !== core.wasm) : needs;
  // Pyodide waits for ever, too, for a file that breaks off on its way.
  let lose;
  const loss = new Promise((_, reject) => (lose = reject));
  // What is on disk comes whole: to read it twice, so as to count it, would take a fifth of the start.
  const count = kept && mayBeKept ? fileCounter(files.length, onProgress) : byteCounter(bytes, onProgress);
  const fetch = watched(self.fetch, count, lose);
  const putBack = patch({ fetch, files: files.map(at), wasm: kept ? at(core.wasm) : null, compiled });
  try {
    return await Promise.race([way(), loss]);
  } finally {
    putBack();
  }
}

const common = () => ({
  indexURL: at(core.folder),
  env: { PYTHONOPTIMIZE: "2", PYTHONHASHSEED: "0" },
});

const fromSnapshot = {
  mayBeKept: true,
  needs: [core.wasm, snapshot?.file, snapshot?.stdlib, ...(snapshot?.libraries ?? []).map(({ file }) => file)],
  async way() {
    const script = import(at(`${core.folder}pyodide.asm.mjs`));
    const packed = unpacked(
      snapshot.file,
      snapshot.runs.reduce((sum, [from, to]) => sum + to - from, 0),
    );
    packed.catch(() => {}); // awaited below; the module's own failure may come first
    const libraries = snapshot.libraries.map(({ path }) => path);
    const locate = (path) => at(snapshot.libraries.find((library) => library.path === path).file);
    let first; // the memory before any code has run
    const onInstance = (memory) => (first = new Int32Array(memory.slice(0, snapshot.own)));
    const createModule = async (settings) => (await script).default(settings);
    const createWithLibraries = withLibraries(createModule, libraries, locate, {
      onInstance,
    });
    const python = await loadPyodide({
      ...common(),
      // An archive without the modules that are in the snapshot, which is nearly all that is ever imported.
      stdLibURL: at(snapshot.stdlib),
      lockFileContents: { info: snapshot.info, packages: {} },
      packageBaseUrl: at("./"),
      createPyodideModule: async (settings) => {
        const module = await createWithLibraries(settings);
        fill(module, await packed, first);
        return module;
      },
      // What a snapshot says of itself. Its memory, which Pyodide
      // would wait for before anything else, is filled in above.
      _loadSnapshot: Uint8Array.from(atob(snapshot.header), (letter) => letter.charCodeAt(0)),
    });
    // A snapshot holds one state of the generator: every reader would draw the same numbers.
    python.globals.get("seed")();
    return python;
  },
};

// Puts the snapshot's memory into the heap: runs of bytes, zeros between them. Where WebAssembly has filled the memory
// itself, which is in the first run, the snapshot holds the differences from that.
function fill(module, chunks, first) {
  if (checksum(first) !== snapshot.check)
    throw new Error("WebAssembly's memory is not the one that the snapshot was made from");
  const used = module.HEAPU8.length;
  if (snapshot.heap > used) module.growMemory(snapshot.heap); // by zeros
  const heap = module.HEAPU8,
    parts = chunks.values();
  let [rest, end] = [new Uint8Array(0), 0];
  for (const [from, to] of snapshot.runs) {
    heap.fill(0, end, Math.min(from, used));
    for (let place = from; place < to;) {
      if (!rest.length) rest = parts.next().value;
      const part = rest.subarray(0, to - place);
      heap.set(part, place);
      rest = rest.subarray(part.length);
      place += part.length;
    }
    end = to;
  }
  heap.fill(0, end, used);
  const words = new Int32Array(heap.buffer, 0, first.length);
  for (let index = 0; index < first.length; index++) words[index] ^= first[index];
}

// The snapshot's bytes, as they come; fails when they are not exactly as many as the build wrote.
async function unpacked(file, length) {
  const response = await fetch(at(file));
  const chunks = [];
  let filled = 0;
  const reader = response.body.pipeThrough(new DecompressionStream("gzip")).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    filled += value.length;
  }
  if (filled !== length) throw new Error(`the snapshot has ${filled} bytes, not ${length}`);
  return chunks;
}

const stockStart = {
  needs: [core.wasm],
  async way() {
    const { default: createPyodideModule } = await import(at(`${core.folder}pyodide.asm.mjs`));
    const python = await loadPyodide({
      ...common(),
      lockFileURL: at(stock.lock),
      createPyodideModule,
    });
    await python.loadPackage(stock.packages, { messageCallback: () => {} });
    return python;
  },
};
