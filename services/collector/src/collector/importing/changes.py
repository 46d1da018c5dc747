"""What an import changes: new days, other values, and what the quality checks hold back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from collector.quality import Finding
from shared.forecasting.arrays import BoolArray, DateArray, FloatArray
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable

_EXAMPLES = 3


class ChangedValue(NamedTuple):
    """A value in whose place there is another now."""

    day: date
    was: float
    becomes: float


@dataclass(frozen=True)
class VariableChange:
    """What changes of one variable.

    Attributes
    ----------
    n_new : int
        Values where there was none.
    n_changed : int
        Values that were others.
    examples : tuple of ChangedValue
        The first few of these.
    n_held : int
        Values that the checks hold back; they are stored as missing and wait in quarantine.
    held_example : str or None
        The first of these, and why it is not believed.
    n_flagged : int
        Values that are kept although a check found them strange.
    """

    variable: Variable
    n_new: int = 0
    n_changed: int = 0
    examples: tuple[ChangedValue, ...] = ()
    n_held: int = 0
    held_example: str | None = None
    n_flagged: int = 0


@dataclass(frozen=True)
class Changes:
    """What an import changes, in days and by variable.

    Attributes
    ----------
    new_days : int
        Days of which nothing was known.
    changed_days : int
        Known days of which a value is new or another.
    unchanged_days : int
        Days of which everything was known.
    """

    new_days: int
    changed_days: int
    unchanged_days: int
    by_variable: tuple[VariableChange, ...]


def changes_between(
    known: DailyHistory | None,
    offered: DailyHistory,
    *,
    stored: Iterable[date],
    found: Iterable[Finding],
) -> Changes:
    """Return what is changed by storing what a file offers.

    Parameters
    ----------
    known : DailyHistory or None
        What was known before; None if nothing was.
    offered : DailyHistory
        What is believed of the file, NaN elsewhere.
    stored : iterable of date
        Days of which a new revision was written.
    found : iterable of Finding
        What the checks found in the file.
    """
    written = np.array(sorted(stored), dtype="datetime64[D]")
    known_before = _anything_known(known, written)
    has_value = np.zeros(offered.n_days, dtype=bool)
    for variable in Variable:
        has_value |= ~np.isnan(offered.column(variable))
    return Changes(
        new_days=int((~known_before).sum()),
        changed_days=int(known_before.sum()),
        unchanged_days=int((has_value & ~np.isin(offered.dates, written)).sum()),
        by_variable=tuple(_by_variable(known, offered, list(found))),
    )


def _anything_known(known: DailyHistory | None, dates: DateArray) -> BoolArray:
    anything = np.zeros(dates.size, dtype=bool)
    for variable in Variable if known is not None else ():
        anything |= ~np.isnan(_on(known, variable, dates))
    return anything


def _by_variable(
    known: DailyHistory | None, offered: DailyHistory, found: list[Finding]
) -> Iterator[VariableChange]:
    """Yield what changes of each variable of which anything does."""
    for variable in Variable:
        values = offered.column(variable)
        before = _on(known, variable, offered.dates)
        is_new = ~np.isnan(values) & np.isnan(before)
        differs = ~np.isnan(values) & ~np.isnan(before) & (values != before)
        examples = tuple(
            ChangedValue(offered.dates[place].item(), float(before[place]), float(values[place]))
            for place in np.flatnonzero(differs)[:_EXAMPLES]
        )
        held = [one for one in found if one.variable is variable and one.verdict == "held"]
        flagged = [one for one in found if one.variable is variable and one.verdict == "flagged"]
        if is_new.any() or differs.any() or held or flagged:
            yield VariableChange(
                variable,
                n_new=int(is_new.sum()),
                n_changed=int(differs.sum()),
                examples=examples,
                n_held=len(held),
                held_example=f"{held[0].valid_date}: {held[0].reason}" if held else None,
                n_flagged=len(flagged),
            )


def _on(known: DailyHistory | None, variable: Variable, dates: DateArray) -> FloatArray:
    return np.full(dates.shape, np.nan) if known is None else known.on(variable, dates)
