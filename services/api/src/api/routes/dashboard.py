"""`/` and `/dashboard`: the page for people."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.answers.problems import RecordUnavailable
from api.answers.quality import SourceAnswer
from api.answers.record import DecisionQuery
from api.answers.site_quality import site_quality_answer
from api.dashboard.data_page import data_page
from api.dashboard.page import SiteRecord, dashboard_page
from api.dashboard.rendering import STATIC_FOLDER, render
from api.routes.dependencies import Given
from api.services import Services
from api.serving.snapshot import ServedSite, Snapshot
from shared.contracts.sites import DEFAULT_SITE

DECISIONS_SHOWN = 6
_STARTING_REFRESH_SECONDS = 2
_AWAY_REFRESH_SECONDS = 5
# The address of a static file changes with its content.
_KEEP_STATIC = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/")
@router.get("/dashboard")
def get_dashboard(
    given: Given, site: Annotated[str | None, Query(max_length=100)] = None
) -> HTMLResponse:
    """Show a site's forecast, who made it and how it came about."""
    snapshot = given.state.snapshot
    if not snapshot.sites:
        return _starting()
    served = _chosen(snapshot, site)
    if served is None:
        return _unknown_site(snapshot)
    page = dashboard_page(served, given.state, _record(given, served), given.now())
    return HTMLResponse(render("dashboard.html", {"page": page}))


@router.get("/dashboard/data")
def get_data_page(
    given: Given, site: Annotated[str | None, Query(max_length=100)] = None
) -> HTMLResponse:
    """Show how good a site's data is: complete, fresh, plausible, and where it comes from."""
    snapshot = given.state.snapshot
    if not snapshot.sites:
        return _starting()
    served = _chosen(snapshot, site)
    if served is None:
        return _unknown_site(snapshot)
    now = given.now()
    try:
        found = given.record.data_quality([served.site], now, by_month=True)
    except RecordUnavailable:
        return _away()
    page = data_page(
        tuple(other.site for other in snapshot.sites.values()),
        site_quality_answer(served.site, found.sites[served.site.site_id], now),
        [SourceAnswer.model_validate(source) for source in found.sources],
        now,
    )
    return HTMLResponse(render("data.html", {"page": page}))


class _Static(StaticFiles):
    """Static files that browsers may keep."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file with leave to keep it."""
        response = await super().get_response(path, scope)
        if response.status_code == HTTPStatus.OK:
            response.headers["Cache-Control"] = _KEEP_STATIC
        return response


def static_files() -> StaticFiles:
    """Return the application that serves the style sheet, the script and the icon."""
    return _Static(directory=STATIC_FOLDER)


def _chosen(snapshot: Snapshot, site_id: str | None) -> ServedSite | None:
    if site_id is not None:
        return snapshot.sites.get(site_id)
    return snapshot.sites.get(DEFAULT_SITE.site_id) or next(iter(snapshot.sites.values()))


def _record(given: Services, served: ServedSite) -> SiteRecord | None:
    """Return what the database says of a site, or None while it does not answer."""
    site_id = served.site.site_id
    try:
        return SiteRecord(
            decisions=given.record.decisions(DecisionQuery(site=site_id, limit=DECISIONS_SHOWN)),
            jobs=given.record.jobs(site_id),
        )
    except RecordUnavailable:
        return None


def _away() -> HTMLResponse:
    values = {
        "title": "The database does not answer",
        "text": "How good the data is can be told as soon as it does. This page goes on by itself.",
        "sites": (),
        "refresh_seconds": _AWAY_REFRESH_SECONDS,
    }
    return HTMLResponse(render("message.html", values), HTTPStatus.SERVICE_UNAVAILABLE)


def _starting() -> HTMLResponse:
    text = "The database has not been read yet. This page goes on by itself."
    values = {
        "title": "Starting",
        "text": text,
        "sites": (),
        "refresh_seconds": _STARTING_REFRESH_SECONDS,
    }
    return HTMLResponse(render("message.html", values), HTTPStatus.SERVICE_UNAVAILABLE)


def _unknown_site(snapshot: Snapshot) -> HTMLResponse:
    values = {
        "title": "No such site",
        "text": "There is no site of this name. There is:",
        "sites": tuple(served.site for served in snapshot.sites.values()),
        "refresh_seconds": None,
    }
    return HTMLResponse(render("message.html", values), HTTPStatus.NOT_FOUND)
