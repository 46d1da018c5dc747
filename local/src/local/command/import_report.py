"""How an import is told: what was understood of the file, and what it changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from shared.forecasting.variables import VARIABLES

if TYPE_CHECKING:
    from collector.importing import ImportReport
    from collector.importing.changes import VariableChange
    from collector.importing.reading import Reading


def report_tables(report: "ImportReport", *, file: Path, site_id: str) -> Iterator[RenderableType]:
    """Yield the parts of a report, in order."""
    reading, changes = report.reading, report.changes
    yield (
        f"{escape(str(file))}: [bold]{reading.format}[/], {reading.n_rows:,} rows, "
        f"{len(reading.days):,} days from {report.first_date} to {report.last_date}"
    )
    if reading.about_days:
        yield f"[dim]A day here: {reading.about_days}. They are taken for the UTC days.[/]"
    yield _columns(reading)
    for remark in reading.remarks:
        yield (
            f"[yellow]•[/] {escape(remark.text)}: {remark.n_values:,} "
            f"[dim](first: {escape(remark.first)})[/]"
        )
    if changes.by_variable:
        yield _changed_variables(changes.by_variable)
    for change in changes.by_variable:
        yield from _examples(change)
    done = "would be" if report.is_dry_run else "are"
    yield (
        f"[green]✓[/] {changes.new_days:,} days of {site_id} {done} new, "
        f"{changes.changed_days:,} {done} changed, {changes.unchanged_days:,} stay as they were"
    )
    if report.is_dry_run:
        yield "A dry run: nothing was stored. Without --dry-run it is."


def _columns(reading: "Reading") -> Table:
    table = Table("Column", "Unit", "Is", "Values", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in reading.columns:
        gives = ", ".join(column.gives)
        table.add_row(escape(column.name), column.unit, gives, f"{column.n_values:,}")
    for name, why in reading.ignored:
        table.add_row(f"[dim]{escape(name)}[/]", "", f"[dim]ignored: {escape(why)}[/]", "")
    return table


def _changed_variables(by_variable: "tuple[VariableChange, ...]") -> Table:
    headings = ("Variable", "New values", "Changed", "Held back", "Flagged")
    table = Table(*headings, box=box.SIMPLE_HEAD, pad_edge=False)
    for change in by_variable:
        numbers = (change.n_new, change.n_changed, change.n_held, change.n_flagged)
        table.add_row(change.variable, *(f"{number:,}" if number else "-" for number in numbers))
    return table


def _examples(change: "VariableChange") -> Iterator[str]:
    unit = VARIABLES[change.variable].unit
    for day, was, becomes in change.examples:
        yield f"  [dim]{day}[/] {change.variable}: {was:g} → {becomes:g} {unit}"
    if change.held_example is not None:
        yield f"  [yellow]held back[/] {escape(change.held_example)}"
