"""What changes something: sites added and removed, work asked for, champions taken back.

All of it takes a key. Work is answered with 202 and a task; nothing is waited for.
"""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Response, Security
from fastapi.security import APIKeyHeader

from api.access.doorkeeper import KEY_HEADER
from api.answers.orders import NewSite, RollbackOrder, SiteOrder, TaskAnswer, TaskTaken
from api.answers.problems import ParametersRefused
from api.answers.sites import SiteAnswer, site_answer
from api.routes.dependencies import (
    API,
    CONFLICT,
    LOCKED,
    NOT_FOUND,
    REFUSED,
    UNAVAILABLE,
    Answers,
    Given,
)
from api.serving.snapshot import ServedSite
from shared.adapters.keys import KnownKey
from shared.adapters.timezones import timezone_at
from shared.contracts.keys import Scope
from shared.contracts.sites import new_site
from shared.errors import SiteRefused

router = APIRouter(tags=["orders"])
_key = APIKeyHeader(name=KEY_HEADER, auto_error=False, description="`climate keys create`")
_log = structlog.get_logger(__name__)

ORDER: Answers = {**REFUSED, **LOCKED, **NOT_FOUND, **CONFLICT, **UNAVAILABLE}


class _Admitted:
    """Lets in who has a key for a scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __call__(self, given: Given, key: Annotated[str | None, Security(_key)]) -> KnownKey:
        return given.doorkeeper.admit(key, self._scope)


Sites = Annotated[KnownKey, Depends(_Admitted(Scope.SITES))]
Work = Annotated[KnownKey, Depends(_Admitted(Scope.WORK))]
Models = Annotated[KnownKey, Depends(_Admitted(Scope.MODELS))]


@router.post(
    f"{API}/sites",
    status_code=HTTPStatus.CREATED,
    responses={**REFUSED, **LOCKED, **CONFLICT, **UNAVAILABLE},
)
def add_site(body: NewSite, key: Sites, given: Given) -> SiteAnswer:
    """Add a site. It is collected, trained and forecast by itself from now on.

    One that was removed and lies at the same place comes back with all that was kept of it.
    """
    try:
        site = new_site(
            body.name,
            latitude=body.latitude,
            longitude=body.longitude,
            elevation=body.elevation,
            timezone=body.timezone or timezone_at(body.latitude, body.longitude),
            site_id=body.site,
        )
    except SiteRefused as error:
        raise ParametersRefused(str(error)) from None
    added = given.orders.add_site(site)
    _note("site_added", key, site_id=added.site_id)
    return site_answer(ServedSite(added))


@router.delete(f"{API}/sites/{{site}}", status_code=HTTPStatus.NO_CONTENT, responses=ORDER)
def remove_site(site: str, key: Sites, given: Given) -> None:
    """Take a site out of every list; all that was observed and forecast there is kept."""
    given.orders.remove_site(site)
    _note("site_removed", key, site_id=site)


@router.post(f"{API}/collect", status_code=HTTPStatus.ACCEPTED, responses=ORDER)
def collect(body: SiteOrder, key: Work, given: Given, response: Response) -> TaskTaken:
    """Ask for the newest observations of a site now; a collection at work is joined."""
    return _taken("collect", given.orders.collect(body.site), key, response)


@router.post(f"{API}/train", status_code=HTTPStatus.ACCEPTED, responses=ORDER)
def train(body: SiteOrder, key: Work, given: Given, response: Response) -> TaskTaken:
    """Ask for a training of a site now; one at work is joined."""
    return _taken("train", given.orders.train(body.site), key, response)


@router.post(f"{API}/rollback", status_code=HTTPStatus.ACCEPTED, responses=ORDER)
def roll_back(body: RollbackOrder, key: Models, given: Given, response: Response) -> TaskTaken:
    """Ask that an earlier champion serves again; the gate writes it down with the reason."""
    task_id = given.orders.roll_back(body, asked_by=f"{key.name} (key {key.key_id})")
    return _taken("rollback", task_id, key, response)


@router.get(f"{API}/tasks/{{task}}", responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE})
def get_task(task: UUID, given: Given) -> TaskAnswer:
    """Tell how far something is that was asked for, and all that followed from it."""
    return given.orders.task(task)


def _taken(order: str, task_id: UUID, key: KnownKey, response: Response) -> TaskTaken:
    href = f"{API}/tasks/{task_id}"
    response.headers["Location"] = href
    _note("order_taken", key, order=order, task_id=str(task_id))
    return TaskTaken(task=task_id, href=href)


def _note(event: str, key: KnownKey, **fields: str) -> None:
    _log.info(event, key_id=key.key_id, key_name=key.name, **fields)
