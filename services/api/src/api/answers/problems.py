"""Problem details (RFC 9457): every error of the API is one of these, and says what to do.

Problem                      a status, a title and a sentence
├── SiteNotFound             404  no such site, or none near enough
├── ModelNotFound            404  nothing is forecast under this name at this site
├── TaskNotFound             404  no such task
├── ForecastNotFound         404  no forecast was issued under this id
├── ParametersRefused        422  parameters that are wrong, or contradict each other
├── NotEnoughHistory         422  no forecast can be made of the history that was sent
├── KeyMissing               401  this changes something: it takes a key
├── KeyUnknown               401  the key is none of ours, or was revoked
├── KeyTooNarrow             403  the key is for other things
├── OrderRefused             409  what is asked cannot be done as things stand
├── BodyTooLarge             413  more bytes than any request needs
├── TooManyRequests          429  more than the limit of this key or address
├── NotReady                 503  this process has only just started
├── NoForecastYet            503  too few observations so far; says what happens next
└── RecordUnavailable        503  PostgreSQL does not answer; forecasts go on from memory
"""

from collections.abc import Iterable, Sequence
from http import HTTPStatus

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"
#: Below this, errors have Open-Meteo's own shape.
OPEN_METEO_PATHS = "/v1/"
_UNNAMED = "about:blank"  # RFC 9457: the status says it all


class ParameterFault(BaseModel):
    """One parameter that was refused."""

    parameter: str = Field(examples=["temperature_unit"])
    value: str = Field(examples=["kelvin"])
    detail: str = Field(examples=["Input should be 'celsius' or 'fahrenheit'"])


class ProblemDetails(BaseModel):
    """The body of every error answer (RFC 9457)."""

    type: str = Field(examples=["urn:climate:problem:site-not-found"])
    title: str = Field(examples=["Site not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no site 'atlantis'; there is: marrakech."])
    instance: str = Field(examples=["/api/v1/forecast"])
    errors: list[ParameterFault] | None = Field(
        default=None, description="each refused parameter, where parameters were refused"
    )


class Problem(Exception):
    """An error answer; subclasses fix all but the sentence."""

    type: str = _UNNAMED
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title = HTTPStatus.INTERNAL_SERVER_ERROR.phrase
    faults: Sequence[ParameterFault] = ()
    retry_after_seconds: int | None = None

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    @classmethod
    def of_status(cls, status: HTTPStatus, detail: str) -> "Problem":
        """Return a problem that is no more than its HTTP status."""
        problem = cls(detail)
        problem.status, problem.title = status, status.phrase
        return problem


class SiteNotFound(Problem):
    """No site of that name, or none near enough."""

    type = "urn:climate:problem:site-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Site not found"


class ModelNotFound(Problem):
    """Nothing is forecast under this name at this site."""

    type = "urn:climate:problem:model-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Model not found"


class ParametersRefused(Problem):
    """Parameters that are wrong, or contradict each other."""

    type = "urn:climate:problem:parameters-refused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Parameters refused"

    def __init__(self, detail: str, faults: Sequence[ParameterFault] = ()) -> None:
        super().__init__(detail)
        self.faults = faults


class TaskNotFound(Problem):
    """No such task."""

    type = "urn:climate:problem:task-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Task not found"


class ForecastNotFound(Problem):
    """No forecast was issued under this id."""

    type = "urn:climate:problem:forecast-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Forecast not found"


class NotEnoughHistory(Problem):
    """No forecast can be made of the history that was sent."""

    type = "urn:climate:problem:not-enough-history"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Not enough history"


class KeyMissing(Problem):
    """What changes something takes a key."""

    type = "urn:climate:problem:key-missing"
    status = HTTPStatus.UNAUTHORIZED
    title = "API key missing"

    def __init__(self) -> None:
        super().__init__(
            "This changes something, so it takes a key: send one as X-API-Key. "
            "`climate keys create` makes them."
        )


class KeyUnknown(Problem):
    """The key is none of ours, or was revoked."""

    type = "urn:climate:problem:key-unknown"
    status = HTTPStatus.UNAUTHORIZED
    title = "API key unknown"

    def __init__(self) -> None:
        super().__init__("The key in X-API-Key is none of ours, or was revoked.")


class KeyTooNarrow(Problem):
    """The key is for other things."""

    type = "urn:climate:problem:key-too-narrow"
    status = HTTPStatus.FORBIDDEN
    title = "API key not for this"

    def __init__(self, wanted: str, held: Iterable[str]) -> None:
        super().__init__(f"This takes a key for {wanted!r}; this one is for {sorted(held)}.")


class OrderRefused(Problem):
    """What is asked cannot be done as things stand."""

    type = "urn:climate:problem:order-refused"
    status = HTTPStatus.CONFLICT
    title = "Cannot be done"


class BodyTooLarge(Problem):
    """More bytes than any request needs."""

    type = "urn:climate:problem:body-too-large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title = "Body too large"

    def __init__(self, largest: int) -> None:
        super().__init__(f"A body may have {largest:,} bytes; send less at once.")


class TooManyRequests(Problem):
    """More than the limit of this key or address."""

    type = "urn:climate:problem:too-many-requests"
    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "Too many requests"

    def __init__(self, limit: str, retry_after_seconds: int) -> None:
        super().__init__(f"The limit is {limit}; ask again in {retry_after_seconds} s.")
        self.retry_after_seconds = retry_after_seconds


class NotReady(Problem):
    """The process has not read anything to serve yet."""

    type = "urn:climate:problem:not-ready"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Not ready"
    retry_after_seconds = 5


class NoForecastYet(Problem):
    """There are too few observations so far."""

    type = "urn:climate:problem:no-forecast-yet"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "No forecast yet"
    retry_after_seconds = 60


class RecordUnavailable(Problem):
    """The database does not answer."""

    type = "urn:climate:problem:record-unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "The record is unavailable"
    retry_after_seconds = 5

    def __init__(self) -> None:
        super().__init__(
            "The database does not answer, so the record cannot be read now. "
            "Forecasts are still served from memory; ask again in a few seconds."
        )


def to_problem_details(problem: Problem, path: str) -> JSONResponse:
    """Return the answer a problem is told by."""
    body = ProblemDetails(
        type=problem.type,
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        instance=path,
        errors=list(problem.faults) or None,
    )
    return JSONResponse(
        body.model_dump(exclude_none=True),
        status_code=problem.status,
        headers=_headers(problem),
        media_type=MEDIA_TYPE,
    )


def to_response(problem: Problem, path: str) -> JSONResponse:
    """Return an error in the shape of the path it happened on."""
    if path.startswith(OPEN_METEO_PATHS):
        return to_open_meteo_response(problem)
    return to_problem_details(problem, path)


def to_open_meteo_response(problem: Problem) -> JSONResponse:
    """Return the same in Open-Meteo's shape: 400 for whatever the request could not have."""
    is_refusal = problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
    return JSONResponse(
        {"error": True, "reason": problem.detail},
        status_code=HTTPStatus.BAD_REQUEST if is_refusal else problem.status,
        headers=_headers(problem),
    )


def _headers(problem: Problem) -> dict[str, str] | None:
    if problem.status is HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": 'ApiKey header="X-API-Key"'}
    retry_after = problem.retry_after_seconds
    return {"Retry-After": str(retry_after)} if retry_after else None
