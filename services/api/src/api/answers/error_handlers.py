"""From whatever was raised to problem details; nothing leaves the API as a bare error.

The framework's own answer to a refused parameter quotes the value back as JSON, which fails with
500 for NaN and Infinity; here a quoted value is always text.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.answers.problems import (
    ParameterFault,
    ParametersRefused,
    Problem,
    to_response,
)

_LONGEST_QUOTE = 80  # characters of a value that are quoted back to its sender

# Where the framework's words do not help.
_MESSAGES = {"extra_forbidden": "there is no such parameter here; /docs lists those there are"}

_log = structlog.get_logger(__name__)


def install_error_handlers(app: FastAPI) -> None:
    """Make every error of an application a problem details answer."""
    app.exception_handler(Problem)(_on_problem)
    app.exception_handler(RequestValidationError)(_on_refused_parameters)
    app.exception_handler(HTTPException)(_on_http_error)
    app.exception_handler(Exception)(_on_unexpected)


async def _on_problem(request: Request, error: Problem) -> JSONResponse:
    if error.__cause__ is not None:
        _log.warning("request_refused", path=request.url.path, reason=str(error.__cause__))
    return to_response(error, request.url.path)


async def _on_refused_parameters(request: Request, error: RequestValidationError) -> JSONResponse:
    faults = [_to_fault(fault) for fault in error.errors()]
    detail = " ".join(_sentence(fault) for fault in faults)
    return to_response(ParametersRefused(detail, faults), request.url.path)


def _to_fault(fault: Mapping[str, Any]) -> ParameterFault:
    # ("query", "daily", 0) names the parameter; ("query",) a fault of several together.
    # ("body", "daily", "time", 3) names the very value.
    place, *parts = map(str, fault["loc"])
    if place == "body":
        parameter = ".".join(part for part in parts) or "body"
    else:
        parameter = next(iter(parts), "query")
    message = _MESSAGES.get(fault["type"], str(fault["msg"]).removeprefix("Value error, "))
    return ParameterFault(parameter=_quote(parameter), value=_quote(fault["input"]), detail=message)


def _sentence(fault: ParameterFault) -> str:
    if fault.parameter == "query":
        return f"{fault.detail.rstrip('.')}."
    return f"{fault.parameter}={fault.value!r}: {fault.detail.rstrip('.')}."


def _quote(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


async def _on_http_error(request: Request, error: HTTPException) -> JSONResponse:
    status = HTTPStatus(error.status_code)
    detail = str(error.detail)
    if status is HTTPStatus.NOT_FOUND:
        detail = f"There is nothing at {_quote(request.url.path)}; /docs lists what there is."
    response = to_response(Problem.of_status(status, detail), request.url.path)
    response.headers.update(error.headers or {})
    return response


async def _on_unexpected(request: Request, error: Exception) -> JSONResponse:
    _log.error("request_failed", path=request.url.path, exc_info=error)
    return to_response(Problem("Something went wrong here; it has been logged."), request.url.path)
