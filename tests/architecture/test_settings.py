"""`.env.example` lists every setting there is, with the default it has, and nothing else."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, TypeAdapter
from pydantic_core import PydanticUndefined

from api.settings import ApiSettings
from collector.settings import CollectorSettings
from registry_gate.settings import GateSettings
from shared.settings import PREFIX, MigrateSettings, Settings
from trainer.settings import TrainerSettings

SERVICES: tuple[type[Settings], ...] = (
    MigrateSettings,
    ApiSettings,
    CollectorSettings,
    GateSettings,
    TrainerSettings,
)
#: Read by the native stack and by the tests, not by a service.
OTHERS = {"CLIMATE_TRAINERS", "CLIMATE_TEST_SERVERS"}

EXAMPLE = Path(__file__).parents[2] / ".env.example"
LISTED: dict[str, str] = dict(
    re.findall(r"^#? ?(CLIMATE_\w+)=(.*)$", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)
)
FIELDS = {
    f"{PREFIX}{name.upper()}": field
    for settings in SERVICES
    for name, field in settings.model_fields.items()
}


def validate(annotation: Any, text: str) -> object:  # noqa: ANN401 - whatever a field is of
    """Return what pydantic makes of a setting's text."""
    return TypeAdapter(annotation).validate_python(text)


def test_example_lists_every_setting_and_no_other() -> None:
    assert set(LISTED) == set(FIELDS) | OTHERS


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_example_shows_the_default_or_a_placeholder(name: str) -> None:
    field = FIELDS[name]
    if field.annotation is SecretStr:
        assert "<" in LISTED[name]
    elif field.default not in {PydanticUndefined, None}:
        shown = validate(field.annotation, LISTED[name])
        assert shown == field.default


def test_durations_are_written_as_iso_8601() -> None:
    durations = [name for name, field in FIELDS.items() if field.annotation is timedelta]
    assert durations
    assert all(LISTED[name].startswith("P") for name in durations)
