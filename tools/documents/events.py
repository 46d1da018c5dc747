"""The catalogue of events, from the contracts themselves."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shared.contracts.events import EVENTS, Event, EventData, EventType
from shared.contracts.subscriptions import BROADCAST, SUBSCRIPTIONS
from tools.documents.tables import table

Schema = Mapping[str, Any]

#: A payload of every form there has been, kept for ever by the tests of the contracts.
_PAYLOADS = Path(__file__).parents[2] / "tests" / "contracts" / "events" / "payloads"
_FORMATS = {"date": "date", "date-time": "time", "uuid": "id"}


def parts() -> dict[str, str]:
    """Return the parts of the page by name."""
    return {
        "envelope": _table_of(Event.model_json_schema()),
        "catalogue": table(("event", "from", "worker that reacts", "every replica"), _rows()),
        "events": "\n\n".join(_section(kind, fact) for kind, fact in EVENTS.items()),
        "words": _words(),
    }


def _rows() -> list[Sequence[str]]:
    return [
        (
            f"[`{kind}`](#{kind.replace('.', '')})",
            f"`{fact.source}`",
            ", ".join(f"`{service}`" for service in SUBSCRIPTIONS[kind]) or "nobody",
            "hears it" if kind in BROADCAST else "",
        )
        for kind, fact in EVENTS.items()
    ]


def _section(kind: EventType, fact: type[EventData]) -> str:
    says, *more = (fact.__doc__ or "").strip().split("\n\n")
    texts = [" ".join(text.split()) for text in (says, *more)]
    example = json.loads((_PAYLOADS / f"{kind}.json").read_text("utf-8"))[-1]["data"]
    sample = json.dumps(example, ensure_ascii=False, indent=2)
    return "\n\n".join(
        [f"### {kind}", *texts, _table_of(fact.model_json_schema()), f"```json\n{sample}\n```"]
    )


def _table_of(schema: Schema) -> str:
    rows = [
        (f"`{name}`", _type(field), _meaning(field)) for name, field in schema["properties"].items()
    ]
    return table(("field", "is", "meaning"), rows)


def _meaning(field: Schema) -> str:
    return str(field.get("description", ""))


def _type(field: Schema) -> str:
    """Return in words what a field may be."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name.lower()}](#{name.lower()})"
    if "anyOf" in field:
        return " or ".join(_type(one) for one in field["anyOf"])
    if "const" in field or "enum" in field:
        allowed = field.get("enum", [field.get("const")])
        return " or ".join(f"`{value}`" for value in allowed)
    if field["type"] == "array":
        return f"list of {_type(field['items'])}"
    return _FORMATS.get(field.get("format", ""), str(field["type"]))


def _words() -> str:
    """Return the enumerations that fields refer to."""
    schemas = [Event.model_json_schema(), *(fact.model_json_schema() for fact in EVENTS.values())]
    known: dict[str, Schema] = {}
    for schema in schemas:
        known |= schema.get("$defs", {})
    return "\n\n".join(
        f"### {name.lower()}\n\n{schema['description']}\n\n"
        + ", ".join(f"`{value}`" for value in schema["enum"])
        for name, schema in sorted(known.items())
    )
