"""What is known of why: the worst weeks, and what came of each injection."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from local.report.facts import Injection
from local.report.measures import Week, weeks
from local.report.record import Concern, Decision, Drift, Record
from local.report.words import REFERENCE_WORDS, VARIABLE_WORDS, count, day, number
from shared.contracts.issuers import Issuer
from shared.forecasting.variables import VARIABLES, Variable

_About = TypeVar("_About", Decision, Concern, Drift)
_WORST_WEEKS = 5
_CLEARLY = 0.95  # an error less than this share of another is called better
_OUT_OF_THE_ORDINARY = 3.0  # units away from what is usual, by which a week is called unusual
_WATCHED_DAYS = 90  # after an injection, until the next one, what is noticed is because of it
_WEEK = timedelta(weeks=1)
_FEWEST_DAYS = 5  # of which a mean error is told


@dataclass(frozen=True)
class BadWeek:
    """A week of large errors, and what is known of why."""

    days: str
    error: str
    why: str


@dataclass(frozen=True)
class Noticed:
    """What was injected, and how the system noticed and what it did."""

    what: str
    since: str
    sentences: tuple[str, ...]


def bad_weeks(record: Record, injections: Sequence[Injection]) -> list[BadWeek]:
    """Return the weeks of the largest errors of the headline variable, the worst first."""
    unit = VARIABLES[record.headline].unit
    worst = sorted(weeks(record.verified[record.headline]), key=lambda week: -week.error)
    return [
        BadWeek(
            days=f"{day(week.first_date)} to {day(week.last_date)}",
            error=f"{number(week.error)} {unit}",
            why=_why(week, unit, injections),
        )
        for week in worst[:_WORST_WEEKS]
    ]


def _why(week: Week, unit: str, injections: Sequence[Injection]) -> str:
    """Return what is known of why a week was forecast so badly."""
    parts = [
        f"Injected from {day(one.first_date)} on: {one.what}."
        for one in injections
        if _overlap(one, week)
    ]
    if abs(week.departure) >= _OUT_OF_THE_ORDINARY:
        side = "above" if week.departure > 0 else "below"
        away = number(abs(week.departure))
        parts.append(f"The days were {away} {unit} {side} what is usual for the season.")
    else:
        parts.append("The mean of the week was near what is usual; its days swung back and forth.")
    name, error = min(week.references.items(), key=lambda item: item[1], default=("", math.nan))
    if name and error < _CLEARLY * week.error:
        parts.append(f"{_named(name)} did better: {number(error)} {unit}.")
    elif name:
        parts.append(
            f"The best simple forecast, {_named(name).lower()}, was off by {number(error)} {unit}."
        )
    return " ".join(parts)


def noticed(record: Record, injections: Sequence[Injection]) -> list[Noticed]:
    """Return what came of each injection, in the order of its days."""
    return [
        Noticed(
            one.what,
            day(one.first_date),
            (
                *_consequences(record, one.first_date, _watched_until(one, injections)),
                *_course(record, one),
            ),
        )
        for one in injections
    ]


def _watched_until(one: Injection, injections: Sequence[Injection]) -> date:
    """Return the last day on which what is noticed is taken to be because of an injection."""
    days = [(other.first_date - one.first_date).days - 1 for other in injections]
    return one.first_date + timedelta(days=min([_WATCHED_DAYS, *(n for n in days if n >= 0)]))


def _course(record: Record, injection: Injection) -> list[str]:
    """Return how the errors went on, if there are enough of them before and after."""
    verified = record.verified[record.headline]
    off = np.abs(verified.errors(verified.by_issuer[Issuer.CHAMPION])[:, 0])

    def mean(first: date, days: int) -> float:
        since = (verified.dates - np.datetime64(first)).astype(np.intp)
        counted = off[(since >= 0) & (since < days) & np.isfinite(off)]
        return float(counted.mean()) if counted.size >= _FEWEST_DAYS else math.nan

    last = injection.last_date
    start = injection.first_date if last is None else last + timedelta(days=1)
    before = mean(injection.first_date - 4 * _WEEK, 28)
    first, fourth = mean(start, 7), mean(start + 3 * _WEEK, 7)
    if not np.isfinite([before, first, fourth]).all():
        return []
    unit = VARIABLES[record.headline].unit
    sentence = (
        f"The next day's {VARIABLE_WORDS[record.headline]} was off by {number(before)} {unit} on "
        f"average in the four weeks before, by {number(first)} in the first week"
        f"{' after it' if last else ''} and by {number(fourth)} in the fourth."
    )
    return [sentence]


def _consequences(record: Record, since: date, until: date) -> list[str]:
    held = [one for one in record.held if since <= one.found_on <= until]
    drifted = [one for one in record.drifts if since <= one.told_on <= until]
    worried = [one for one in record.concerns if since <= one.review_date <= until]
    undone = [
        one
        for one in record.decisions
        if (one.outcome == "roll_back" or one.is_fault) and since <= one.decided_at.date() <= until
    ]
    found = []
    if held:
        values = sum(one.values for one in held)
        after = (held[0].found_on - since).days
        checks = " and ".join(sorted({one.check_name.replace("_", " ") for one in held}))
        found.append(
            f"{_after(after)} {count(values, 'value')} held back by the checks ({checks})."
        )
    found += [
        f"No day was told of from {day(one.first_date)} on, so no forecast was issued; on "
        f"{day(one.until)} the source answered again, and {count(one.days, 'day')} came at once."
        for one in record.silences
        if since <= one.first_date <= until
    ]
    found += [_told(one, one.told_on, since) for one in _first_a_variable(drifted)]
    found += [_told(one, one.review_date, since) for one in _first_a_variable(worried)]
    found += [_told(one, one.decided_at.date(), since) for one in _first_a_variable(undone)]
    return found or [f"Nothing was noticed within {(until - since).days} days."]


def _told(one: Decision | Concern | Drift, when: date, since: date) -> str:
    return f"{_after((when - since).days)} {VARIABLE_WORDS[one.variable]}: {one.reason}"


def _first_a_variable(found: Sequence[_About]) -> list[_About]:
    """Return the earliest of each variable; later ones say the same again."""
    earliest: dict[Variable, _About] = {}
    for one in found:
        earliest.setdefault(one.variable, one)
    return list(earliest.values())


def _overlap(injection: Injection, week: Week) -> bool:
    is_over = injection.last_date is not None and injection.last_date < week.first_date
    return injection.first_date <= week.last_date and not is_over


def _after(days: int) -> str:
    return "The same day," if days == 0 else f"After {count(days, 'day')},"


def _named(reference: str) -> str:
    return REFERENCE_WORDS[Issuer(reference)].capitalize()
