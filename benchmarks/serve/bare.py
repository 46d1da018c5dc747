"""`python -m benchmarks.serve.bare`: an ASGI application that answers the same bytes to everybody.

It runs on the API's own server with the API's own settings: nothing in Python is faster there.
"""

import json
import sys
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send


class Bare:
    """Answers what it was given."""

    def __init__(self, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self._start: dict[str, Any] = {
            "type": "http.response.start",
            "status": 200,
            "headers": headers,
        }
        self._body: dict[str, Any] = {"type": "http.response.body", "body": body}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, whatever was asked."""
        del scope, receive
        await send(self._start)
        await send(self._body)


def main() -> None:
    """Serve the answer in a file on a port."""
    port, path = sys.argv[1:]
    answer = json.loads(Path(path).read_text(encoding="utf-8"))
    headers = [(name.encode(), value.encode()) for name, value in answer["headers"]]
    uvicorn.run(
        Bare(headers, answer["body"].encode()),
        port=int(port),
        lifespan="off",
        server_header=False,
        log_config=None,
        access_log=False,
    )


if __name__ == "__main__":
    main()
