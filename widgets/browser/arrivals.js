// The files that Python starts from, on their way: how much of them has come, and which one does not come.

// A file without which Python can't start in any way.
export class MissingFile extends Error {}

// Counts what comes of all the files, of which it is given one response at a time. It reads a copy of each, so that
// WebAssembly is compiled as it comes.
export function byteCounter(expected, onProgress) {
  let received = 0;
  return async (response) => {
    for (const reader = response.clone().body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return;
      received += value.byteLength;
      onProgress(Math.min(received / expected, 0.99));
    }
  };
}

export function fileCounter(expected, onProgress) {
  let received = 0;
  return async () => onProgress(Math.min(++received / expected, 0.99));
}

// A fetch that names the file that does not come, or breaks off while it is counted.
export function watched(fetch, count, lose) {
  return async (resource, options) => {
    const address = String(resource?.url ?? resource);
    const name = address.split("/").pop();
    const lost = (why) => {
      const error = new MissingFile(`${name} could not be loaded (${why})`);
      lose(error);
      return error;
    };
    let response;
    try {
      response = await fetch(resource, options);
    } catch (error) {
      throw lost(error.message);
    }
    if (!response.ok) throw lost(response.status);
    count(response).catch((error) => lost(error.message));
    return response;
  };
}
