"""The events as a public contract: schemas as published, and every form there has been is read.

A change of a schema is a change of the contract: say so in CHANGELOG.md under "Events", renew the
snapshot by writing the schema that is printed into it, and add a payload of the new form to
`events/payloads`. A payload that is there is never changed or taken away.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.events import EVENTS, Event, EventType

EVENTS_FOLDER = Path(__file__).parent / "events"
PAYLOADS = [
    (kind, payload)
    for kind in EventType
    for payload in json.loads((EVENTS_FOLDER / "payloads" / f"{kind}.json").read_text("utf-8"))
]


@pytest.mark.parametrize("kind", EventType)
def test_schema_is_the_published_one(kind: EventType) -> None:
    schema = EVENTS[kind].model_json_schema()
    published = json.loads((EVENTS_FOLDER / "schemas" / f"{kind}.json").read_text("utf-8"))
    assert schema == published, json.dumps(schema, indent=2)


@pytest.mark.parametrize(("kind", "payload"), PAYLOADS, ids=lambda part: str(part)[:40])
def test_payload_of_any_age_is_understood_and_says_what_it_said(
    kind: EventType, payload: dict[str, Any]
) -> None:
    event = Event.model_validate_json(json.dumps(payload))
    assert event.type == kind
    said = event.fact().model_dump(mode="json")
    assert payload["data"].items() <= said.items()


@pytest.mark.parametrize("kind", EventType)
def test_newest_payload_has_every_field_there_is(kind: EventType) -> None:
    newest = [payload for known, payload in PAYLOADS if known is kind][-1]
    assert newest["data"].keys() == EVENTS[kind].model_fields.keys()


def test_nothing_is_published_that_is_no_event() -> None:
    for folder in ("schemas", "payloads"):
        names = {path.stem for path in (EVENTS_FOLDER / folder).iterdir()}
        assert names == set(EventType)
