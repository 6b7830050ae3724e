// What page and worker tell each other: the page's messages are JSON texts for the desk (widgets/kit/desk.py), its
// replies (widgets/kit/replies.py) and the worker's own are objects. And what the build and Material put into the
// page's world.

type Log = string; // events, see widgets/kit/codec.py

/** What a reader does to a figure, as it waits in storage until it is answered. */
type Deed =
  { type: "event"; name: string; value: unknown } | { type: "undo" } | { type: "reset" } | { type: "load"; log: Log };

/** To the desk; each is sent with a number, `id`, that its answer carries. */
type Message =
  | {
      type: "mount";
      widget: string;
      log: Log | null;
      needs: Record<string, Log | null>; // the logs of what the figure builds on
      owed: Record<string, Deed[]>; // by figure: what was done on another page and left unanswered
      options: Record<string, string>;
    }
  | { type: "leave" | "stop"; widget: string }
  | { type: "link"; widget: string; of: string[] }
  | { type: "save"; widget: string; what: string }
  | (Deed & { widget: string });

/** A figure's state, drawn; `html` is null where the page's own first view is that already. */
interface View {
  type: "view";
  widget: string;
  id: number; // of the last message taken in
  html: string | null;
  log: Log | null; // null while work goes on
  length: number; // of the log, in events
  busy: boolean;
  progress: number | null; // from 0 to 1
  stale: boolean; // what it builds on has changed, and it will follow
  untouched: boolean;
  messages: string[];
  unread: string | null; // why its log could not be read
  left_out: number; // of the log's events
  private: boolean; // not to be kept
}

type Reply =
  | View
  | {
      type: "link";
      widget: string;
      id: number;
      links: Record<string, { log: Log; short: Log; left_out: number }>;
    }
  | { type: "stale"; widget: string; id: number }
  | {
      type: "piece"; // of a file to be saved
      widget: string;
      id: number;
      name?: string;
      media?: string;
      data: string; // in base64
      progress: number | null;
      busy: boolean; // whether more is to come
    }
  | { type: "error"; widget: string; id: number; message: string }
  | { type: "progress"; fraction: number }
  | { type: "ready"; way: "snapshot" | "stock" }
  | { type: "failed"; message: string }
  | { type: "pong" };

// The build's constants, see widgets/site/bundle/bundle.py.
declare const RUNTIME: any;
declare const BOOK_NAME: string;
declare const CONTENT_FILE: string;
declare const ENTRY: string;
declare const WORKER_FILE: string;
declare const WASM_FILE: string;
declare const OFFLINE: boolean;
declare const RELEASE: string;
declare const FILES: string[];

// Material's.
declare const __md_scope: URL;
interface Window {
  lunr: any; // the search index's own language
  document$: { subscribe(arrive: () => void): void };
  python: unknown; // for whoever measures
}

// In workers only.
declare class FileReaderSync {
  readAsArrayBuffer(part: Blob): ArrayBuffer;
}

// Not in every browser.
interface Navigator {
  connection?: { saveData?: boolean; effectiveType?: string; type?: string };
}
