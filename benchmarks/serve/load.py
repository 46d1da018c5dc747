"""`python -m benchmarks.serve.load`: asks a server as fast as it answers.

A process of its own, so that a core is left to the server.

Requests are bytes made beforehand, a connection has one on its way at any time, and of an answer
nothing is read but its status and its length: so the server is busy, and not its client.
"""

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import uvloop

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END_OF_HEAD = b"\r\n\r\n"


@dataclass
class Tally:
    """What all connections have seen."""

    requests: list[bytes]
    asked: int = 0
    failed: int = 0
    seconds: list[float] = field(default_factory=list)

    def next_request(self) -> bytes:
        """Return the next request; all connections share the round."""
        self.asked += 1
        return self.requests[self.asked % len(self.requests)]


class Connection(asyncio.Protocol):
    """Asks again as soon as it is answered."""

    def __init__(self, tally: Tally, until: float) -> None:
        self._tally = tally
        self._until = until
        self._received = b""
        self._asked_at = 0.0
        self.is_over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Wait for the end of the answer, and ask again."""
        self._received += data
        end = self._received.find(_END_OF_HEAD)
        if end < 0:
            return
        found = _LENGTH.search(self._received, 0, end)
        if found is None:
            raise SystemExit(f"An answer without a length: {self._received[:200]!r}")
        if len(self._received) < end + len(_END_OF_HEAD) + int(found[1]):
            return
        self._note()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count what was on its way as failed, unless it is over."""
        del exc
        if not self.is_over.done():
            self._tally.failed += 1
            self.is_over.set_result(None)

    def _ask(self) -> None:
        self._received = b""
        self._asked_at = time.perf_counter()
        self._transport.write(self._tally.next_request())

    def _note(self) -> None:
        now = time.perf_counter()
        self._tally.seconds.append(now - self._asked_at)
        if not self._received.startswith(b"HTTP/1.1 200"):
            self._tally.failed += 1
        if now < self._until:
            self._ask()
        else:
            self.is_over.set_result(None)
            self._transport.close()


async def ask(port: int, requests: list[bytes], connections: int, seconds: float) -> Tally:
    """Ask a server on this machine for some seconds."""
    tally, until = Tally(requests), time.perf_counter() + seconds
    loop = asyncio.get_running_loop()
    protocols = []
    for _ in range(connections):
        made = await loop.create_connection(lambda: Connection(tally, until), "127.0.0.1", port)
        protocols.append(made[1])
    await asyncio.gather(*(protocol.is_over for protocol in protocols))
    return tally


def main() -> None:
    """Ask as the arguments say: port, file of requests, connections, seconds."""
    port, path, connections, seconds = sys.argv[1:]
    requests = [one.encode() for one in json.loads(Path(path).read_text(encoding="utf-8"))]
    started, busy = time.perf_counter(), time.process_time()
    tally = uvloop.run(ask(int(port), requests, int(connections), float(seconds)))
    elapsed, busy = time.perf_counter() - started, time.process_time() - busy
    p50, p99 = np.percentile(tally.seconds, (50, 99)) * 1000
    found = {
        "requests_per_second": len(tally.seconds) / elapsed,
        "p50_ms": p50,
        "p99_ms": p99,
        "failed": tally.failed,
        "client_busy": busy / elapsed,
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
