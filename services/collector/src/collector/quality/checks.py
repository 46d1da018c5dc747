"""The checks, as one readable table, and how they are run."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from collector.quality.bounds import is_possible, outside_bounds
from collector.quality.climate import outliers
from collector.quality.consistency import contradictions
from collector.quality.steps import incredible_steps
from collector.quality.stuck import stuck_readings
from collector.quality.suspicion import Find, Suspicion
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable

#: Held back: stored as missing until a human or a later value decides. Flagged: kept.
Verdict = Literal["held", "flagged"]


@dataclass(frozen=True)
class Check:
    """One thing that is looked at in every value.

    Attributes
    ----------
    name : str
        How findings name it.
    verdict : {"held", "flagged"}
        What becomes of a value it suspects.
    says : str
        What is suspected, in a sentence for people.
    find : Find
        Finds it.
    """

    name: str
    verdict: Verdict
    says: str
    find: Find


@dataclass(frozen=True)
class Finding:
    """A value that a check does not believe."""

    valid_date: date
    variable: Variable
    value: float
    check: str
    verdict: Verdict
    reason: str


#: In this order: what one check holds is no evidence for the next.
CHECKS = (
    Check(
        "bounds",
        "held",
        "outside what any place on earth has seen",
        outside_bounds,
    ),
    Check(
        "consistency",
        "held",
        "minimum above mean, mean above maximum, or wind above gusts: both values are held",
        contradictions,
    ),
    Check(
        "step",
        "held",
        "further from both days beside it than temperature or pressure ever move",
        incredible_steps,
    ),
    Check(
        "stuck",
        "held",
        "the same reading for so many days that chance is ruled out; never a dry spell",
        stuck_readings,
    ),
    Check(
        "climate",
        "flagged",
        "far outside what at least five other years had at this time; never rain",
        outliers,
    ),
)


def find_faults(offered: DailyHistory, known: DailyHistory | None = None) -> list[Finding]:
    """Return what the checks do not believe of the days a source offers.

    Parameters
    ----------
    offered : DailyHistory
        The days to judge.
    known : DailyHistory, optional
        What is stored of other days (`context_of`), and of these.
    """
    if offered.n_days == 0:
        return []
    history, start = _joined(offered, known)
    judged = slice(start, start + offered.n_days)
    findings = []
    for check in CHECKS:
        # Once a value, however many other values it contradicts.
        found = {(one.variable, one.position): one for one in check.find(history, judged)}
        suspicions = list(found.values())
        for one in suspicions:
            place = one.position - start
            value = float(offered.column(one.variable)[place])
            if not np.isnan(value):  # what is known already is not judged a second time
                day = offered.dates[place].item()
                findings.append(
                    Finding(day, one.variable, value, check.name, check.verdict, one.reason)
                )
        if check.verdict == "held" and suspicions:
            history = _without(history, suspicions)
    return findings


def _joined(offered: DailyHistory, known: DailyHistory | None) -> tuple[DailyHistory, int]:
    """Return one history of both, offered values first, and where the offered days begin in it."""
    if known is None or known.n_days == 0:
        return offered, 0
    first = min(known.first_date, offered.first_date)
    n_days = (max(known.last_date, offered.last_date) - first).days + 1
    columns = {}
    for variable in Variable:
        column = np.full(n_days, np.nan)
        for part in (known, offered):
            start = (part.first_date - first).days
            values = part.column(variable)
            if part is known:  # no evidence for anything, wherever it came from
                values = np.where(is_possible(variable, values), values, np.nan)
            there = column[start : start + part.n_days]
            np.copyto(there, values, where=~np.isnan(values))
        columns[variable] = column
    return DailyHistory(first, columns), (offered.first_date - first).days


def _without(history: DailyHistory, suspicions: list[Suspicion]) -> DailyHistory:
    columns = {variable: column.copy() for variable, column in history.values.items()}
    for one in suspicions:
        columns[one.variable][one.position] = np.nan
    return DailyHistory(history.first_date, columns)
