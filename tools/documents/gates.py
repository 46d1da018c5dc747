"""The gate's tables: criteria, grounds, drills and settings, from the code that applies them."""

from collections.abc import Sequence

from pydantic.fields import FieldInfo

from registry_gate.criteria import CRITERIA, Ground
from registry_gate.drills.table import DRILLS
from registry_gate.settings import GateSettings
from shared.settings import PREFIX
from tools.documents.tables import table

_OF_THE_GATE = "gate_"


def parts() -> dict[str, str]:
    """Return the parts of the page by name."""
    return {
        "criteria": table(("criterion", "applies", "asks"), _criteria()),
        "grounds": table(("ground", "holds if all of these pass"), _grounds()),
        "drills": table(("drill", "must be refused by"), _drills()),
        "settings": table(("setting", "default", ""), _settings()),
    }


def _criteria() -> list[Sequence[str]]:
    return [
        (f"`{row.name}`", row.applies.value, _first_sentence(row.says.__doc__)) for row in CRITERIA
    ]


def _grounds() -> list[Sequence[str]]:
    return [
        (ground.value, ", ".join(f"`{row.name}`" for row in CRITERIA if ground in row.grounds))
        for ground in Ground
    ]


def _drills() -> list[Sequence[str]]:
    return [
        (row.name, f"`{row.refused_by}`" if row.refused_by else "nobody: it must be promoted")
        for row in DRILLS
    ]


def _settings() -> list[Sequence[str]]:
    return [
        (f"`{PREFIX}{name.upper()}`", f"`{_default(name, field)}`", field.description or "")
        for name, field in GateSettings.model_fields.items()
        if name.startswith(_OF_THE_GATE)
    ]


def _default(name: str, field: FieldInfo) -> str:
    """Return a default as the environment would hold it."""
    given = GateSettings.model_construct(**{name: field.default})
    return str(given.model_dump(mode="json", include={name})[name])


def _first_sentence(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())
