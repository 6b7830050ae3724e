"""Serves the built site as GitHub Pages would: in a sub-path, compressed, kept ten minutes, open to other origins."""

from __future__ import annotations

import gzip
import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMPRESSED = (".html", ".css", ".js", ".mjs", ".json", ".svg", ".wasm", ".xml", ".txt")
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json"}


class Handler(SimpleHTTPRequestHandler):
    """GET and HEAD of files below ``prefix``; the site's own 404 page for the rest."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | TYPES
    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: Any, prefix: str, **options: Any) -> None:
        self.prefix = prefix
        super().__init__(*arguments, **options)  # which answers

    def handle(self) -> None:
        with suppress(ConnectionError):  # the reader has gone elsewhere
            super().handle()

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, body: bool) -> None:
        address = self.path.split("?")[0].split("#")[0]
        if address != self.prefix and address in ("/", self.prefix.rstrip("/")):
            self._redirect(self.prefix)
            return
        path = self._file(address)
        if path and path.is_dir():
            self._redirect(address + "/")
            return
        status = HTTPStatus.OK if path else HTTPStatus.NOT_FOUND
        path = path or Path(self.directory, "404.html")
        data, packed = _read(path, path.stat().st_mtime_ns if path.exists() else 0)
        self._head(status, path, len(packed if self._packs(packed) else data), self._packs(packed))
        if body:
            self.wfile.write(packed if self._packs(packed) else data)

    def _file(self, address: str) -> Path | None:
        if not address.startswith(self.prefix):
            return None
        path = Path(self.translate_path("/" + address.removeprefix(self.prefix)))
        if path.is_dir() and address.endswith("/"):
            path /= "index.html"
        return path if path.exists() else None

    def _packs(self, packed: bytes | None) -> bool:
        return packed is not None and "gzip" in self.headers.get("Accept-Encoding", "")

    def _head(self, status: HTTPStatus, path: Path, length: int, packed: bool) -> None:
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(length))
        self.send_header("Cache-Control", "max-age=600")
        # A frame with sandbox="allow-scripts" has no origin: there the book's modules, fonts and files are another's.
        self.send_header("Access-Control-Allow-Origin", "*")
        if packed:
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Vary", "Accept-Encoding")
        self.end_headers()

    def _redirect(self, address: str) -> None:
        self.send_response(HTTPStatus.MOVED_PERMANENTLY)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@lru_cache(maxsize=512)
def _read(path: Path, changed: int) -> tuple[bytes, bytes | None]:
    """A file's bytes, and those bytes compressed where GitHub Pages compresses them."""
    if not path.exists():
        return b"Not found", None
    data = path.read_bytes()
    if path.suffix not in COMPRESSED:
        return data, None
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6, mtime=0) as file:
        file.write(data)
    return data, packed.getvalue()


def _server(folder: Path, prefix: str, port: int = 0, handler: type[Handler] = Handler) -> ThreadingHTTPServer:
    """A server of a folder, not yet started; port 0 takes a free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(handler, directory=str(folder), prefix=prefix))


@contextmanager
def serving(folder: Path, handler: type[Handler] = Handler, *, prefix: str) -> Iterator[str]:
    """Serves a folder on a free port for as long as the block lasts; yields the book's address."""
    with _server(folder, prefix, handler=handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        try:
            yield _address(running, prefix)
        finally:
            running.shutdown()


def _address(running: ThreadingHTTPServer, prefix: str) -> str:
    return f"http://127.0.0.1:{running.server_port}{prefix}"


def serve(folder: Path, port: int, prefix: str) -> None:
    """Serves until interrupted; takes the next free port when the one asked for is in use."""
    if not folder.is_dir():
        sys.exit(f"{folder}/ is not there yet: run `make build` first.")
    for candidate in (*range(port, port + 20), 0):
        try:
            running = _server(folder, prefix, candidate)
            break
        except OSError:
            continue
    print(f"The book is at {_address(running, prefix)} (stop with Ctrl-C)", flush=True)
    try:
        running.serve_forever()
    except KeyboardInterrupt:
        print()
