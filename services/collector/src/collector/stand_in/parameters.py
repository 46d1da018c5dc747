"""Reads the parameters of a request: from its address, or from the body of a POST."""

from urllib.parse import parse_qsl

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request

from collector.stand_in.query import BadRequest


async def parameters_of(request: Request) -> QueryParams:
    """Return the parameters of a GET, or of a POST as a form or as JSON.

    Raises
    ------
    BadRequest
        The body is neither.
    """
    if request.method != "POST":
        return request.query_params
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        return QueryParams([*request.query_params.multi_items(), *_of_json(body)])
    try:
        form = parse_qsl(body.decode(), keep_blank_values=True)
    except UnicodeDecodeError:
        raise BadRequest("The body is no form") from None
    return QueryParams([*request.query_params.multi_items(), *form])


def _of_json(body: bytes) -> list[tuple[str, str]]:
    try:
        content = msgspec.json.decode(body, type=dict[str, float | str | list[float | str]])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadRequest("The body is no JSON object of numbers, texts and lists") from None
    return [
        (name, _text(value))
        for name, values in content.items()
        for value in (values if isinstance(values, list) else [values])
    ]


def _text(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
