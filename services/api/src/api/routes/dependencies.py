"""What every route may ask for."""

from typing import Annotated, Any

from fastapi import Depends, Request

from api.answers.problems import MEDIA_TYPE, ProblemDetails
from api.services import Services

API = "/api/v1"

Answers = dict[int | str, dict[str, Any]]


# Asynchronous, although it waits for nothing: the framework asks a thread whatever is not.
async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Given = Annotated[Services, Depends(_services)]


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "model": ProblemDetails,
        "content": {MEDIA_TYPE: {}},  # the schema comes from the model, see `api.app`
    }


REFUSED: Answers = {422: _problem("a parameter is refused; `errors` says which and why")}
NOT_FOUND: Answers = {404: _problem("there is no such site or model")}
LOCKED: Answers = {
    401: _problem("it takes a key in `X-API-Key`, and there is none, or none of ours"),
    403: _problem("the key is for other things"),
}
CONFLICT: Answers = {409: _problem("it cannot be done as things stand; `detail` says why")}
UNAVAILABLE: Answers = {503: _problem("not now; `Retry-After` says when to ask again")}
