"""Prints records: as a table for a person, as JSON for a machine."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from rich import box
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from local.command.records import Record
from local.narration.sentences import WORDS
from shared.forecasting.variables import Variable

NOTHING = "-"
COLOURS = {
    "promote": "green",
    "reject": "red",
    "inconclusive": "yellow",
    "dead": "red",
    "running": "green",
    "simulated": "yellow",
    "paused": "yellow",
}


def print_json(value: object) -> None:
    """Print a value as JSON; times as ISO 8601, ids as text."""
    sys.stdout.write(json.dumps(value, indent=2, default=_as_text, ensure_ascii=False) + "\n")


def _as_text(value: Any) -> str:  # noqa: ANN401 - whatever json does not know
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def record_table(
    records: Sequence[Record], columns: Mapping[str, str], *, none: str
) -> RenderableType:
    """Lay records out; `columns` says which fields and under what heading."""
    if not records:
        return none
    table = Table(*columns.values(), box=box.SIMPLE_HEAD, pad_edge=False)
    for record in records:
        table.add_row(*(_cell(record[name]) for name in columns))
    return table


def decision_lines(decisions: Sequence[Record]) -> str:
    """Lay the gate's decisions out, each with its reason."""
    if not decisions:
        return "No decision was made yet."
    return "\n".join(
        f"{_cell(decision['decided_at'])}  {escape(decision['site_id'])}: "
        f"{WORDS[Variable(decision['variable'])]}, {_cell(decision['family'])}: "
        f"{_cell(decision['outcome'])}\n  [dim]{escape(decision['reason'])}[/]"
        for decision in decisions
    )


def _cell(value: object) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, UUID):
        return str(value)[:8]  # enough for `climate jobs retry`
    text = escape(str(value))
    colour = COLOURS.get(text)
    return f"[{colour}]{text}[/]" if colour else text
