"""Somebody who looks at a page: in which language and light, remembered in two cookies."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from api.dashboard.language import preferences
from api.dashboard.rendering import render
from api.dashboard.shell import Visit
from api.routes.dependencies import Given
from api.services import Services

_A_YEAR = 365 * 86_400  # seconds
# One address is answered in several languages.
_VARY = "Accept-Language, Cookie"


class Pages:
    """Answers one request with a page in the reader's language.

    Attributes
    ----------
    visit : Visit
        What the page must know of the reader.
    """

    def __init__(self, request: Request, given: Services) -> None:
        query = dict(request.query_params)
        accepted = request.headers.get("accept-language", "")
        self._chosen = preferences(query, request.cookies, accepted)
        self._is_secure = request.url.scheme == "https"
        self.visit = Visit(
            language=self._chosen.language,
            theme=self._chosen.theme,
            path=request.url.path,
            query=query,
            now=given.now(),
            flower_url=given.flower_url,
        )

    def answer(
        self, template: str, values: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK
    ) -> HTMLResponse:
        """Return a template filled in, and have what was asked for remembered."""
        given = {"visit": self.visit, **values}
        response = HTMLResponse(render(template, self.visit.language, given), status)
        response.headers["Content-Language"] = self.visit.language.code
        response.headers["Vary"] = _VARY
        for name, value in self._chosen.to_remember.items():
            response.set_cookie(
                name, value, max_age=_A_YEAR, secure=self._is_secure, httponly=True, samesite="lax"
            )
        return response

    def message(
        self, name: str, status: HTTPStatus, *, refresh_seconds: int | None = None
    ) -> HTMLResponse:
        """Return a page that says one thing."""
        values = {"name": name, "refresh_seconds": refresh_seconds}
        return self.answer("message.html", values, status)


def _pages(request: Request, given: Given) -> Pages:
    return Pages(request, given)


Reader = Annotated[Pages, Depends(_pages)]
