"""What the OpenAPI document says of errors: those any request may meet, each in its own shape.

The framework documents errors as plain JSON, and refused parameters in a shape that is not ours.
"""

from typing import Any

from api.answers.problems import MEDIA_TYPE, OPEN_METEO_PATHS

#: What is never refused for want of room.
_FREE = ("/health", "/metrics")
_UNPROCESSABLE, _UNREADABLE, _TOO_LARGE, _TOO_MANY = "422", "400", "413", "429"
_DESCRIPTIONS = {
    _UNREADABLE: "the body cannot be read: it is no text",
    _TOO_LARGE: "the body is larger than 8 MiB",
    _TOO_MANY: "more than the limit; `Retry-After` says when to ask again",
}
_PROBLEM = {"$ref": "#/components/schemas/ProblemDetails"}
_OPEN_METEO_ERROR = {"$ref": "#/components/schemas/OpenMeteoError"}


def with_errors_as_they_are(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with every error an operation may answer with."""
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _mend(path, operation)
    return document


def _mend(path: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    if path.startswith(OPEN_METEO_PATHS):
        answers.pop(_UNPROCESSABLE, None)  # it is a 400 there
    for answer in answers.values():
        content = answer.get("content", {})
        if MEDIA_TYPE in content and "application/json" in content:
            content[MEDIA_TYPE] = content.pop("application/json")
    if not path.startswith(_FREE):
        answers[_TOO_MANY] = _error(path, _TOO_MANY)
    if "requestBody" in operation:
        answers |= {status: _error(path, status) for status in (_UNREADABLE, _TOO_LARGE)}


def _error(path: str, status: str) -> dict[str, Any]:
    is_theirs = path.startswith(OPEN_METEO_PATHS)
    media_type = "application/json" if is_theirs else MEDIA_TYPE
    schema = _OPEN_METEO_ERROR if is_theirs else _PROBLEM
    return {"description": _DESCRIPTIONS[status], "content": {media_type: {"schema": schema}}}
