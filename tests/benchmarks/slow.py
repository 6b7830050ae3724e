"""A slow link for everything that a browser does, its workers too: a proxy that counts bytes and waits."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 16 * 1024


class Link:
    """Bytes go through one after the other at ``rate`` bytes a second; each connection's first byte waits ``delay``."""

    def __init__(self, port: int, rate: float, delay: float) -> None:
        self.port, self.rate, self.delay = port, rate, delay
        self.free_at = 0.0

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):  # the measurement is over
            there, to = await asyncio.open_connection("127.0.0.1", self.port)
            await asyncio.gather(
                self.carry(reader, to, None), self.carry(there, writer, self.rate), return_exceptions=True
            )

    async def carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, rate: float | None) -> None:
        try:
            while data := await source.read(CHUNK):
                if rate is None:
                    await asyncio.sleep(
                        self.delay
                    )  # what the reader asks takes its time to arrive, and the answer comes back
                else:
                    self.free_at = max(self.free_at, time.monotonic()) + len(data) / rate
                    await asyncio.sleep(max(0.0, self.free_at - time.monotonic()))
                target.write(data)
                await target.drain()
        except ConnectionError:
            pass  # the browser has closed its end
        finally:
            target.close()


@contextmanager
def slow(port: int, megabits: float = 10.0, delay: float = 0.04) -> Iterator[int]:
    """A port that leads to another one over a slow link."""
    loop, link = asyncio.new_event_loop(), Link(port, megabits * 1e6 / 8, delay)
    found: list[int] = []
    listening = threading.Event()

    async def listen() -> None:
        server = await asyncio.start_server(link.connect, "127.0.0.1", 0)
        found.append(server.sockets[0].getsockname()[1])
        listening.set()

    def run() -> None:
        task = loop.create_task(listen())
        loop.run_forever()
        rest = asyncio.all_tasks(loop) | {task}
        for task in rest:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    listening.wait()
    yield found[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
