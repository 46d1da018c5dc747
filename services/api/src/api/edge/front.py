"""The front door: limits, request ids, and answers that are ready; what is left goes on inside.

A forecast that was asked for before leaves from here as bytes, without the framework: it is what
nearly every request is for. Its headers are those every other answer has.
"""

import re
import time
from binascii import hexlify
from collections.abc import Mapping
from http import HTTPStatus
from random import getrandbits

import structlog
from limits import RateLimitItem
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.doorkeeper import KEY_HEADER, Doorkeeper
from api.access.policy import LARGEST_BODY, Policy
from api.access.rate_limits import RateLimits
from api.answers.problems import BodyTooLarge, Problem, TooManyRequests, to_response
from api.edge.headers import CACHE_CONTROL, SECURITY_HEADERS
from api.edge.metrics import RequestMetrics
from api.serving.ready import Packed, Ready, ReadyAnswers

#: Probes and scrapes are never refused.
_FREE = ("/health", "/metrics")
#: Asks by POST, since it brings a history.
_PREDICT = "/api/v1/predict"
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
        self._plain = _raw(SECURITY_HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = _request_id(headers)
        refusal = self._refusal(scope, headers)
        ready = None
        if refusal is None and scope["method"] == "GET":
            ready = self._ready.find(scope["path"], scope["query_string"])
        if ready is None:
            await self._let_in(scope, receive, send, request_id, refusal)
            return
        status, packed = _as_wanted(ready, headers)
        raw = [*self._plain, *packed.headers, (b"x-request-id", request_id)]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": packed.body})
        self._metrics.note("GET", scope["path"], status, time.perf_counter() - started)

    def _refusal(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Problem | None:
        if scope["path"].startswith(_FREE):
            return None
        who, limit = self._asking(scope, headers)
        wait = self._limits.seconds_to_wait(who, limit)
        if wait:
            return TooManyRequests(str(limit), wait)
        if b"content-length" in headers and _is_too_large(headers):
            return BodyTooLarge(LARGEST_BODY)
        return None

    def _asking(self, scope: Scope, headers: Mapping[bytes, bytes]) -> tuple[str, RateLimitItem]:
        """Return who asks, by key or address, and how much they may."""
        key = headers.get(_KEY)
        name = self._doorkeeper.name_of(key.decode("latin-1")) if key else None
        if name is not None:
            return f"key:{name}", self._policy.key_limit
        client = scope.get("client")
        return f"address:{client[0] if client else 'unknown'}", self._policy.address_limit

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
                if status >= HTTPStatus.INTERNAL_SERVER_ERROR or not _only_asks(scope):
                    _log.info(
                        "request_answered",
                        method=scope["method"],
                        path=scope["path"],
                        status=status,
                        seconds=round(seconds, 4),
                    )


def _only_asks(scope: Scope) -> bool:
    """Say whether a request changes nothing: a line for each would bury what matters."""
    return scope["method"] in {"GET", "HEAD"} or scope["path"].startswith(_PREDICT)


def _as_wanted(ready: Ready, headers: Mapping[bytes, bytes]) -> tuple[int, Packed]:
    """Return status and body: for whoever has it already, takes it compressed, or neither."""
    known = headers.get(b"if-none-match")
    if known is not None and ready.etag in known:
        return 304, ready.nothing
    accepted = headers.get(b"accept-encoding")
    if accepted is not None and b"gzip" in accepted:
        return 200, ready.gzipped
    return 200, ready.plain


def _is_too_large(headers: Mapping[bytes, bytes]) -> bool:
    """Say whether the body is too large by its own account; the others are cut off as they come."""
    length = headers[b"content-length"]
    return length.isdigit() and int(length) > LARGEST_BODY


def _request_id(headers: Mapping[bytes, bytes]) -> bytes:
    """Return the id a request came with, or one of our own."""
    given = headers.get(b"x-request-id")
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return hexlify(getrandbits(128).to_bytes(16))  # to be told apart, not kept secret


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers as they go over the wire."""
    kept = {**headers, "Cache-Control": CACHE_CONTROL, "Vary": "Accept-Encoding"}
    return [(name.lower().encode(), value.encode()) for name, value in kept.items()]
