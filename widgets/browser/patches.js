// What is changed in the worker's world while Pyodide starts: it asks for its files one after the other, takes no
// module that is compiled already, and has the same small ones compiled again and again.

// `files`, addresses, are fetched at once, by `fetch`. `wasm` is the address of Pyodide's WebAssembly where `compiled`
// promises the module, or null; else null. Returns what puts all back.
export function patch({ fetch, files, wasm, compiled }) {
  const before = self.fetch,
    { instantiateStreaming, Module } = WebAssembly,
    { stackTraceLimit } = Error;
  self.fetch = fetchedEarly(fetch, files, wasm);
  if (wasm) {
    const late = (imports) => instantiateStreaming(fetch(wasm), imports);
    WebAssembly.instantiateStreaming = async (_, imports) => instantiate(await compiled, imports, late);
  }
  // For some 260 functions, Emscripten tries whether WebAssembly's table takes them, catches the error, and compiles a
  // module for each, most of them alike. No one reads where those errors came from.
  WebAssembly.Module = new Proxy(Module, { construct: oncePerContent() });
  Error.stackTraceLimit = 0;
  return () => {
    self.fetch = before;
    Object.assign(WebAssembly, { instantiateStreaming, Module });
    Error.stackTraceLimit = stackTraceLimit;
  };
}

function fetchedEarly(fetch, files, wasm) {
  const early = new Map(files.map((address) => [address, fetch(address)]));
  for (const response of early.values()) response.catch(() => {}); // `fetch` tells, see arrivals.js
  return async (resource, options) => {
    const address = String(resource instanceof Request ? resource.url : resource);
    if (address === wasm) return new Response(); // to have that compiled, see below
    const response = early.get(address) ?? fetch(resource, options);
    early.delete(address);
    return response;
  };
}

// Pyodide can't be given a compiled module: it asks for a response, the empty one above, to have that compiled.
async function instantiate(module, imports, late) {
  if (!module) return late(imports);
  const instance = await WebAssembly.instantiate(module, imports);
  return /** @type {WebAssembly.WebAssemblyInstantiatedSource} */ (/** @type {unknown} */ ({ module, instance }));
}

// Makes a WebAssembly module, and for bytes that have come before gives the same one: a module has no state. Large ones
// differ, and are not worth comparing.
function oncePerContent() {
  const made = new Map();
  return (Module, [bytes, ...rest]) => {
    if (!(bytes.length < 100)) return new Module(bytes, ...rest);
    const content = bytes.join();
    if (!made.has(content)) made.set(content, new Module(bytes, ...rest));
    return made.get(content);
  };
}
