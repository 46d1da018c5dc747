"""`/` and `/dashboard`: the pages for people."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.answers.models import model_card, model_summary
from api.answers.problems import RecordUnavailable
from api.answers.quality import SourceAnswer
from api.answers.record import DecisionQuery, EventQuery
from api.answers.site_quality import site_quality_answer
from api.dashboard.pages.champions import champion_rows
from api.dashboard.pages.data_page import data_page
from api.dashboard.pages.forecast_page import SiteRecord, forecast_page
from api.dashboard.pages.history_page import EVENT_TYPES, history_page
from api.dashboard.pages.model_page import model_page
from api.dashboard.pages.models_page import models_page
from api.dashboard.pages.pipeline_page import pipeline_page
from api.dashboard.pages.places_page import places_page
from api.dashboard.pages.verification_page import WINDOW, verification_page
from api.dashboard.rendering import STATIC_FOLDER
from api.dashboard.shell import Shell, banners
from api.routes.dependencies import Given
from api.routes.visit import Pages, Reader
from api.services import Services
from api.serving.snapshot import ServedSite, Snapshot
from shared.contracts.sites import DEFAULT_SITE
from shared.forecasting.variables import FORECAST_VARIABLES, Variable

_DECISIONS_SHOWN, _HISTORY_SHOWN = 5, 100
_STARTING_REFRESH_SECONDS = 2
_AWAY_REFRESH_SECONDS = 5
# The address of a static file changes with its content.
_KEEP_STATIC = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

SiteId = Annotated[str | None, Query(max_length=100)]
T = TypeVar("T")


@router.get("/")
@router.get("/dashboard")
def get_forecast_page(given: Given, reader: Reader, site: SiteId = None) -> HTMLResponse:
    """Show a site's forecast, how sure it is, and who made it."""
    served = _chosen(given.state.snapshot, site)
    if served is None:
        return _nowhere(given, reader)
    record = _if_known(lambda: _site_record(given, served))
    shell = _shell("forecast", given, reader, served, is_away=record is None)
    page = forecast_page(shell, served, given.state, record)
    return reader.answer("forecast.html", {"page": page, "shell": shell})


@router.get("/dashboard/verification")
def get_verification_page(
    given: Given,
    reader: Reader,
    site: SiteId = None,
    variable: Variable = Variable.TEMPERATURE_MAX,
) -> HTMLResponse:
    """Show what came of the forecasts, and who came closest."""
    served = _chosen(given.state.snapshot, site)
    if served is None or variable not in FORECAST_VARIABLES:
        return _nowhere(given, reader)
    since = (given.now() - WINDOW).date()
    site_id = served.site.site_id
    verified = _if_known(lambda: given.chronicle.verified(site_id, variable, since))
    if verified is None:
        return _away(reader)
    shell = _shell("verification", given, reader, served)
    page = verification_page(shell, verified)
    return reader.answer("verification.html", {"page": page, "shell": shell})


@router.get("/dashboard/models")
def get_models_page(given: Given, reader: Reader, site: SiteId = None) -> HTMLResponse:
    """Show who makes the forecasts of a site."""
    served = _chosen(given.state.snapshot, site)
    if served is None:
        return _nowhere(given, reader)
    shell = _shell("models", given, reader, served)
    page = models_page(shell, served, given.state)
    return reader.answer("models.html", {"page": page, "shell": shell})


@router.get("/dashboard/models/{variable}")
def get_model_page(
    given: Given, reader: Reader, variable: Variable, site: SiteId = None
) -> HTMLResponse:
    """Show the card of the model that serves a variable."""
    served = _chosen(given.state.snapshot, site)
    if served is None or variable not in FORECAST_VARIABLES:
        return _nowhere(given, reader)
    site_id, rows = served.site.site_id, champion_rows(served, given.state, reader.visit.language)
    query = DecisionQuery(site=site_id, variable=variable, limit=_HISTORY_SHOWN)
    record = _if_known(lambda: given.record.model_record(site_id, variable))
    decisions = _if_known(lambda: given.record.decisions(query))
    summary = model_summary(served, variable, given.state.failures.get((site_id, variable)))
    card = model_card(summary, served.models.get(variable), record) if record else None
    row = next(one for one in rows if one.variable is variable)
    shell = _shell("models", given, reader, served, is_away=record is None)
    page = model_page(shell, served, row, card, decisions or ())
    return reader.answer("model.html", {"page": page, "shell": shell})


@router.get("/dashboard/history")
def get_history_page(given: Given, reader: Reader, site: SiteId = None) -> HTMLResponse:
    """Show what has happened to the models of a site, and why."""
    served = _chosen(given.state.snapshot, site)
    if served is None:
        return _nowhere(given, reader)
    about = {"site": served.site.site_id, "limit": _HISTORY_SHOWN}
    try:
        decisions = given.record.decisions(DecisionQuery.model_validate(about))
        queries = [EventQuery.model_validate({**about, "type": kind}) for kind in EVENT_TYPES]
        events = [event for query in queries for event in given.record.events(query)]
    except RecordUnavailable:
        return _away(reader)
    shell = _shell("history", given, reader, served)
    page = history_page(shell, decisions, events)
    return reader.answer("history.html", {"page": page, "shell": shell})


@router.get("/dashboard/data")
def get_data_page(given: Given, reader: Reader, site: SiteId = None) -> HTMLResponse:
    """Show how good a site's data is: complete, fresh, plausible, and where it comes from."""
    served = _chosen(given.state.snapshot, site)
    if served is None:
        return _nowhere(given, reader)
    now = given.now()
    found = _if_known(lambda: given.record.data_quality([served.site], now, by_month=True))
    if found is None:
        return _away(reader)
    shell = _shell("data", given, reader, served)
    quality = site_quality_answer(served.site, found.sites[served.site.site_id], now)
    sources = [SourceAnswer.model_validate(source) for source in found.sources]
    page = data_page(shell, quality, sources)
    return reader.answer("data.html", {"page": page, "shell": shell})


@router.get("/dashboard/pipeline")
def get_pipeline_page(given: Given, reader: Reader, site: SiteId = None) -> HTMLResponse:
    """Show the system at work: what is done, by whom, what was done last and is due next."""
    served = _chosen(given.state.snapshot, site)
    if served is None:
        return _nowhere(given, reader)
    site_id = served.site.site_id
    found = _if_known(lambda: (given.chronicle.work(site_id), given.record.jobs(site_id)))
    shell = _shell("pipeline", given, reader, served, is_away=found is None)
    page = pipeline_page(shell, served, given.state, given.fleet.processes, found)
    return reader.answer("pipeline.html", {"page": page, "shell": shell})


@router.get("/dashboard/places")
def get_places_page(
    given: Given, reader: Reader, q: Annotated[str, Query(max_length=100)] = ""
) -> HTMLResponse:
    """Show all places, to choose from."""
    page = places_page(reader.visit, given.state.snapshot.sites.values(), q)
    return reader.answer("places.html", {"page": page})


class _Static(StaticFiles):
    """Static files that browsers may keep."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file with leave to keep it."""
        response = await super().get_response(path, scope)
        if response.status_code == HTTPStatus.OK:
            response.headers["Cache-Control"] = _KEEP_STATIC
        return response


def static_files() -> StaticFiles:
    """Return the application that serves the style sheet, the scripts and the icon."""
    return _Static(directory=STATIC_FOLDER)


def _chosen(snapshot: Snapshot, site_id: str | None) -> ServedSite | None:
    if site_id is not None:
        return snapshot.sites.get(site_id)
    return snapshot.sites.get(DEFAULT_SITE.site_id) or next(iter(snapshot.sites.values()), None)


def _shell(
    current: str, given: Services, reader: Pages, served: ServedSite, *, is_away: bool = False
) -> Shell:
    return Shell(
        visit=reader.visit,
        current=current,
        site=served.site,
        has_other_sites=len(given.state.snapshot.sites) > 1,
        banners=banners(served, reader.visit, is_away=is_away),
    )


def _site_record(given: Services, served: ServedSite) -> SiteRecord:
    """Return what the database says of a site."""
    site_id, history = served.site.site_id, served.history
    query = DecisionQuery(site=site_id, limit=_DECISIONS_SHOWN)
    return SiteRecord(
        decisions=given.record.decisions(query),
        jobs=given.record.jobs(site_id),
        earlier=given.chronicle.earlier(site_id, history.last_date) if history else {},
    )


def _if_known(read: Callable[[], T]) -> T | None:
    """Return what the database says, or None while it does not answer."""
    try:
        return read()
    except RecordUnavailable:
        return None


def _away(reader: Pages) -> HTMLResponse:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return reader.message("away", status, refresh_seconds=_AWAY_REFRESH_SECONDS)


def _nowhere(given: Services, reader: Pages) -> HTMLResponse:
    """Answer that there is nothing to show: not yet, or not there."""
    if not given.state.snapshot.sites:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return reader.message("starting", status, refresh_seconds=_STARTING_REFRESH_SECONDS)
    return reader.message("unknown", HTTPStatus.NOT_FOUND)
