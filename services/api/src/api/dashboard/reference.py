"""The reference of the API for people, from the OpenAPI document it publishes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

_LARGEST_WORTH_SAYING = 1_000_000

_EXAMPLES = {
    "/api/v1/forecast": "/api/v1/forecast?site=marrakech",
    "/api/v1/archive": "/api/v1/archive?site=marrakech",
    "/api/v1/data-quality": "/api/v1/data-quality?site=marrakech",
    "/api/v1/models/{site}/{variable}": "/api/v1/models/marrakech/temperature_2m_max",
}


@dataclass(frozen=True)
class Parameter:
    """A parameter of an endpoint."""

    name: str
    kind: str
    default: object
    required: bool
    description: str


@dataclass(frozen=True)
class Endpoint:
    """Something that can be asked for."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    answers: tuple[tuple[str, str], ...]
    example: str | None

    @property
    def anchor(self) -> str:
        """Where the endpoint stands on the page."""
        return f"{self.method}{self.path}".replace("/", "-").replace("{", "").replace("}", "")


def endpoints(document: Mapping[str, Any]) -> tuple[Endpoint, ...]:
    """Return everything an OpenAPI document describes, in its order."""
    schemas = document.get("components", {}).get("schemas", {})
    return tuple(
        _endpoint(method, path, operation, schemas)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    )


def _endpoint(
    method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Schema]
) -> Endpoint:
    summary, _, description = operation.get("description", "").partition("\n\n")
    has_example = "{" not in path or path in _EXAMPLES
    return Endpoint(
        method=method.upper(),
        path=path,
        summary=summary,
        description=description,
        parameters=tuple(_parameter(one, schemas) for one in operation.get("parameters", ())),
        answers=tuple(
            (status, answer["description"]) for status, answer in operation["responses"].items()
        ),
        example=_EXAMPLES.get(path, path) if has_example else None,
    )


def _parameter(parameter: Mapping[str, Any], schemas: Mapping[str, Schema]) -> Parameter:
    schema = parameter["schema"]
    default = schema.get("default")
    return Parameter(
        name=parameter["name"],
        kind=_kind(schema, schemas),
        default="all" if default is None and schema.get("type") == "array" else default,
        required=parameter.get("required", False),
        description=parameter.get("description", ""),
    )


def _kind(schema: Schema, schemas: Mapping[str, Schema]) -> str:
    """Return in words what a value may be."""
    if "$ref" in schema:
        return _kind(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas)
    if "anyOf" in schema:
        found = [_kind(one, schemas) for one in schema["anyOf"] if one.get("type") != "null"]
        return " or ".join(found)
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'], schemas)}"
    return _plain_kind(schema)


def _plain_kind(schema: Schema) -> str:
    name = str(schema.get("format", schema.get("type", "value")))
    bounds: Sequence[Any] = (schema.get("minimum"), schema.get("maximum"))
    if None in bounds or bounds[1] > _LARGEST_WORTH_SAYING:
        return name
    return f"{name} from {bounds[0]:g} to {bounds[1]:g}"
