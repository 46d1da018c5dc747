"""HEAD wherever there is GET: the same headers without the body, for monitors and link checkers."""

from http import HTTPMethod

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Key in the scope of such a request, for answers that would never end.
HEAD_MARK = "climate.head"


class HeadAsGet:
    """Passes HEAD on as GET, and keeps the body back."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; what is answered to HEAD has headers alone."""
        if scope["type"] != "http" or scope["method"] != HTTPMethod.HEAD:
            await self._app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        as_get = {**scope, "method": HTTPMethod.GET.value, HEAD_MARK: True}
        try:
            await self._app(as_get, receive, send_without_body)
        finally:
            # Whoever stands outside counts requests by the route that answered.
            scope["route"] = as_get.get("route")
