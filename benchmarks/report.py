"""What a part found: printed as tables, kept as JSON (DESIGN section 10)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from benchmarks.machine import machine, versions

Cell = str | float | int


@dataclass(frozen=True)
class Table:
    """Rows under named columns."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Report:
    """What a part found.

    Attributes
    ----------
    figures : dict of str to float
        By the names of DESIGN section 10, and more.
    tables : dict of str to Table
        By a flat name.
    notes : list of str
        How it was measured, as far as a reader of the figures must know.
    warnings : list of str
        What makes the figures worth less than they look, said loudly.
    """

    figures: dict[str, float]
    tables: dict[str, Table] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def print_report(part: str, report: Report, console: Console) -> None:
    """Print everything a person wants to read."""
    console.rule(f"[bold]{part}")
    for table in report.tables.values():
        console.print(_rendered(table))
    rows = [(name, f"{value:g}") for name, value in report.figures.items()]
    console.print(_rendered(Table("Figures", ("figure", "value"), rows)))
    for note in report.notes:
        console.print(Text(f"- {note}", style="dim"))
    for name, known in {**machine(), **versions()}.items():
        console.print(Text(f"  {name}: {known}", style="dim"))
    for warning in report.warnings:
        console.print(Text(f"! {warning}", style="bold red"))


def write_report(part: str, report: Report, folder: Path) -> Path:
    """Write the report as JSON and return its path."""
    content = {
        "part": part,
        "machine": machine(),
        "versions": versions(),
        "figures": report.figures,
        "tables": {
            name: {"title": table.title, "columns": table.columns, "rows": table.rows}
            for name, table in report.tables.items()
        },
        "notes": report.notes,
        "warnings": report.warnings,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{part}.json"
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def _rendered(table: Table) -> RichTable:
    rendered = RichTable(title=table.title, title_justify="left", title_style="bold")
    for place, name in enumerate(table.columns):
        rendered.add_column(name, justify="left" if place == 0 else "right", no_wrap=True)
    for row in table.rows:
        rendered.add_row(*(_written(cell) for cell in row))
    return rendered


def _written(cell: Cell) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)
