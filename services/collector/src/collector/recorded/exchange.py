"""Answers that go wrong on the way: late, halfway, or never."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from collector.recorded.faults import Fault
from collector.recorded.rules import ErrorCase, Rule
from collector.stand_in.answers import json_response

_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\r\n"
_HTML = {"content-type": "text/html"}


class BrokenOff(Response):
    """Promises a body and sends half of it; then closes the connection, or falls silent."""

    def __init__(self, body: bytes, *, stalls: bool) -> None:
        super().__init__(body, headers={"content-type": "application/json; charset=utf-8"})
        self._stalls = stalls

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is sent."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})
        if self._stalls:
            await _until_gone(receive)


class NoAnswer(Response):
    """Says nothing until the client has had enough."""

    async def __call__(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        """Wait."""
        await _until_gone(receive)


async def gone_wrong(rule: Rule, body: bytes, cases: Sequence[ErrorCase]) -> Response:
    """Return what is sent in place of a good answer, after the time that takes.

    A fault of what is said of a place is none of the exchange: the answer goes out as it is.
    """
    if rule.fault is Fault.ERROR_CASE:
        case = cases[rule.case - 1]
        headers = {"content-type": case.content_type}
        return Response(case.content(body), case.http_status, headers)
    exchange = _EXCHANGES.get(rule.fault)
    return json_response(body) if exchange is None else await exchange(rule, body)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _delayed(rule: Rule, body: bytes) -> Response:
    await asyncio.sleep(rule.seconds)
    return json_response(body)


def _at_once(make: Callable[[bytes], Response]) -> Callable[[Rule, bytes], Awaitable[Response]]:
    async def respond(_rule: Rule, body: bytes) -> Response:
        return make(body)

    return respond


_EXCHANGES: dict[Fault, Callable[[Rule, bytes], Awaitable[Response]]] = {
    Fault.DELAY: _delayed,
    Fault.HANG: _at_once(lambda _: NoAnswer()),
    Fault.STALL: _at_once(lambda body: BrokenOff(body, stalls=True)),
    Fault.CUT_OFF: _at_once(lambda body: BrokenOff(body, stalls=False)),
    Fault.CUT_JSON: _at_once(lambda body: json_response(body[: len(body) // 2])),
    Fault.EMPTY_BODY: _at_once(lambda _: json_response(b"")),
    Fault.GATEWAY_PAGE: _at_once(lambda _: Response(_PAGE, 502, _HTML)),
    Fault.REDIRECT: _at_once(lambda _: Response(b"", 302, {"location": "http://elsewhere.test/"})),
}
