// How numpy's compiled libraries come into Pyodide before Python starts: the same when the build makes the memory
// snapshot (Node) and when a reader's browser restores it, so that all addresses in the snapshot stay right.

// Every library's functions begin at a fixed place in WebAssembly's table. Engines have filled the table to
// different lengths by then (WebKit gives re-exported functions another identity), and the snapshot holds indices.
const TABLE_STARTS = [24_000, 32_000];

// Wraps Emscripten's module factory. `libraries` are the paths that Python will dlopen, in loading order; `locate`
// says where a library's bytes are. `onInstance` is shown the memory
// as WebAssembly alone has filled it, before any code has run.
export function withLibraries(createModule, libraries, locate, { onInstance }) {
  return (settings) => {
    const { locateFile, instantiateWasm } = settings;
    settings.instantiateWasm = (imports, receive) =>
      instantiateWasm(imports, (instance, module) => {
        onInstance(instance.exports.memory.buffer);
        return receive(instance, module);
      });
    settings.dynamicLibraries = libraries;
    settings.locateFile = (name) => {
      const index = libraries.indexOf(name);
      if (index < 0) return locateFile(name);
      const table = settings.wasmTable;
      if (table.length < TABLE_STARTS[index]) table.grow(TABLE_STARTS[index] - table.length);
      return locate(name);
    };
    return createModule(settings);
  };
}

// A sum over 32-bit words that tells whether two memories are the same.
export function checksum(words) {
  let sum = 0;
  for (let index = 0; index < words.length; index++) sum = (Math.imul(sum, 31) + words[index]) | 0;
  return sum;
}
