"""ETags: whoever has an answer already is told so instead of being sent it again."""

import hashlib
from http import HTTPMethod, HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ConditionalGet:
    """Gives answers to GET an ETag, and answers 304 to whoever has the same.

    What comes in pieces is passed through as it comes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and compare its answer with what the sender has."""
        if scope["type"] != "http" or scope["method"] != HTTPMethod.GET:
            await self._app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        await self._app(scope, receive, _Comparison(known, send))


class _Comparison:
    """Holds the head of an answer back until its body is seen."""

    def __init__(self, known: str, send: Send) -> None:
        self._known = known
        self._send = send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.OK:
            self._start = message
            return
        start, self._start = self._start, None
        if start is None:
            await self._send(message)
        elif message.get("more_body", False):
            await self._send(start)
            await self._send(message)
        else:
            await self._compare(start, message)

    async def _compare(self, start: Message, message: Message) -> None:
        headers = MutableHeaders(scope=start)
        if "etag" not in headers:
            digest = hashlib.sha256(message.get("body", b"")).hexdigest()[:32]
            headers["ETag"] = f'W/"{digest}"'
        if headers["etag"] in self._known:
            for name in ("content-length", "content-type", "content-encoding"):
                if name in headers:
                    del headers[name]
            start = {**start, "status": HTTPStatus.NOT_MODIFIED}
            message = {**message, "body": b""}
        await self._send(start)
        await self._send(message)
