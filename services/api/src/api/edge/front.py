"""The front door: limits, request ids, and answers that are ready; what is left goes on inside.

A forecast that was asked for before leaves from here as bytes, without the framework: it is what
nearly every request is for. Its headers are those every other answer has.
"""

import re
import time
from collections.abc import Mapping
from random import getrandbits

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.doorkeeper import KEY_HEADER, Doorkeeper
from api.access.policy import LARGEST_BODY, Policy
from api.access.rate_limits import RateLimits
from api.answers.problems import BodyTooLarge, Problem, TooManyRequests, to_response
from api.edge.headers import CACHE_CONTROL, SECURITY_HEADERS
from api.edge.metrics import RequestMetrics
from api.serving.ready import Ready, ReadyAnswers

#: Where the bytes of an answer may be ready.
READY_PATHS = frozenset({"/api/v1/forecast", "/v1/forecast"})
#: Probes and scrapes are never refused.
_FREE = ("/health", "/metrics")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_KEY = KEY_HEADER.lower().encode()

_log = structlog.get_logger(__name__)


class FrontDoor:
    """Stands around the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        limits: RateLimits,
        doorkeeper: Doorkeeper,
        ready: ReadyAnswers,
        metrics: RequestMetrics,
        policy: Policy,
    ) -> None:
        self._app = app
        self._limits = limits
        self._doorkeeper = doorkeeper
        self._ready = ready
        self._metrics = metrics
        self._policy = policy
        self._plain = _raw(SECURITY_HEADERS | {"Content-Type": "application/json"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        path: str = scope["path"]
        headers = dict(scope["headers"])
        request_id = _request_id(headers)
        refusal = None if path.startswith(_FREE) else self._refusal(scope, headers)
        if refusal is None and path in READY_PATHS and scope["method"] == "GET":
            ready = self._ready.find(path, scope["query_string"])
            if ready is not None:
                status = await self._send_ready(ready, headers, request_id, send)
                self._metrics.note("GET", path, status, time.perf_counter() - started)
                return
        await self._let_in(scope, receive, send, request_id, refusal)

    def _refusal(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Problem | None:
        key = headers.get(_KEY)
        name = self._doorkeeper.name_of(key.decode("latin-1")) if key else None
        if name is not None:
            who, limit = f"key:{name}", self._policy.key_limit
        else:
            client = scope.get("client")
            who = f"address:{client[0] if client else 'unknown'}"
            limit = self._policy.address_limit
        wait = self._limits.seconds_to_wait(who, limit)
        if wait:
            return TooManyRequests(str(limit), wait)
        return BodyTooLarge(LARGEST_BODY) if _is_too_large(headers) else None

    async def _send_ready(
        self, ready: Ready, headers: Mapping[bytes, bytes], request_id: bytes, send: Send
    ) -> int:
        raw = [*self._plain, (b"etag", ready.etag), (b"x-request-id", request_id)]
        if ready.etag in headers.get(b"if-none-match", b""):
            await send({"type": "http.response.start", "status": 304, "headers": raw})
            await send({"type": "http.response.body", "body": b""})
            return 304
        accepted = headers.get(b"accept-encoding", b"")
        packed = ready.gzipped if b"gzip" in accepted else ready.plain
        raw += packed.headers
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        await send({"type": "http.response.body", "body": packed.body})
        return 200

    async def _let_in(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        request_id: bytes,
        refusal: Problem | None,
    ) -> None:
        started, status = time.perf_counter(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id.decode()
                headers.update(SECURITY_HEADERS)
                headers.setdefault("Cache-Control", CACHE_CONTROL)
            await send(message)

        app: ASGIApp = self._app
        if refusal is not None:
            app = to_response(refusal, scope["path"])
        with structlog.contextvars.bound_contextvars(request_id=request_id.decode()):
            try:
                await app(scope, receive, send_with_headers)
            finally:
                seconds = time.perf_counter() - started
                route = getattr(scope.get("route"), "path", "none")
                self._metrics.note(scope["method"], route, status, seconds)
                if scope["method"] not in {"GET", "HEAD"} or status >= 500:  # noqa: PLR2004
                    _log.info(
                        "request_answered",
                        method=scope["method"],
                        path=scope["path"],
                        status=status,
                        seconds=round(seconds, 4),
                    )


def _is_too_large(headers: Mapping[bytes, bytes]) -> bool:
    """Say whether the body is too large by its own account; the others are cut off as they come."""
    length = headers.get(b"content-length", b"")
    return length.isdigit() and int(length) > LARGEST_BODY


def _request_id(headers: Mapping[bytes, bytes]) -> bytes:
    """Return the id a request came with, or one of our own."""
    given = headers.get(b"x-request-id")
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return b"%032x" % getrandbits(128)  # noqa: S311 - to be told apart, not kept secret


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers as they go over the wire."""
    kept = {**headers, "Cache-Control": CACHE_CONTROL, "Vary": "Accept-Encoding"}
    return [(name.lower().encode(), value.encode()) for name, value in kept.items()]
