"""The numbers of a report, from arrays alone: each figure and sentence takes them from here.

Losses are squared errors, for rain those of the probability of a wet day (Brier score); skill is
the share of a reference's loss that is saved. Whatever is compared is compared on the same cases.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from local.report.record import Record
from shared.contracts.issuers import Issuer
from shared.forecasting.arrays import DateArray, FloatArray
from shared.forecasting.scores import coverage_band, skill_score
from shared.forecasting.variables import LEAD_DAYS, Variable
from shared.forecasting.verification import Verified
from shared.forecasting.verification.scored import SEASONS

#: References every record has, the easiest to beat first.
REFERENCES = (Issuer.CLIMATOLOGY, Issuer.PERSISTENCE, Issuer.DAMPED_PERSISTENCE)
#: Days behind each point of a curve over time; shorter records take a quarter of their length.
WINDOW_DAYS = 91
_STEP_DAYS = 7
_LEAST_WINDOW_DAYS = 5


@dataclass(frozen=True, eq=False)
class Curve:
    """A quantity over time; each value is of the days of a window that ends with its date."""

    dates: DateArray
    values: FloatArray
    window_days: int


@dataclass(frozen=True)
class Week:
    """How the champion fared in the seven days from `first_date` on, all leads together.

    Attributes
    ----------
    error : float
        Mean absolute error, in the variable's unit.
    references : mapping of str to float
        The same of each reference, on the same cases.
    departure : float
        Mean of what was observed minus what is usual for the season.
    """

    first_date: date
    error: float
    references: Mapping[str, float]
    departure: float

    @property
    def last_date(self) -> date:
        """The seventh day."""
        return self.first_date + timedelta(days=6)


@dataclass(frozen=True)
class Cost:
    """What a policy's forecasts of a variable cost beside another's, on the same cases.

    Attributes
    ----------
    error : float
        Root mean squared error in the variable's unit; of rain that of the probability.
    more : float
        By which share it is larger than the other policy's; negative where it is smaller.
    """

    error: float
    more: float


def mean_error(verified: Verified, lead: int | None = None) -> float:
    """Return the champion's mean absolute error at a lead or at all, in the variable's unit."""
    if Issuer.CHAMPION not in verified.by_issuer:
        return float("nan")
    errors = np.abs(verified.errors(verified.by_issuer[Issuer.CHAMPION]))
    return _mean(errors if lead is None else errors[:, lead - LEAD_DAYS[0]])


def skill(verified: Verified, reference: str, lead: int | None = None) -> float:
    """Return the champion's skill against a reference at a lead or at all; NaN without cases."""
    if not {Issuer.CHAMPION, reference} <= set(verified.by_issuer):
        return float("nan")
    ours, theirs = _paired(verified, reference)
    if lead is not None:
        ours, theirs = (array[:, lead - LEAD_DAYS[0]] for array in (ours, theirs))
    if not np.isfinite(ours).any():
        return float("nan")
    return skill_score(_mean(ours), _mean(theirs))


def skill_by_season(verified: Verified, reference: str) -> FloatArray:
    """Return skill of shape (4, 7): by season as `SEASONS` has them, and lead."""
    seasons = [verified.in_season(season) for season in SEASONS]
    return np.array([[skill(one, reference, lead) for lead in LEAD_DAYS] for one in seasons])


def skill_over_time(verified: Verified, reference: str) -> Curve:
    """Return skill against a reference, all leads together, over time."""
    ours, theirs = _paired(verified, reference)
    ends, window = _ends(verified.dates)
    values = np.array(
        [1.0 - _mean(ours[rows]) / _mean(theirs[rows]) for rows in _windows(verified, ends, window)]
    )
    return Curve(ends, values, window)


def coverage_over_time(verified: Verified) -> Curve:
    """Return the share of observations inside the champion's 80 % intervals, over time."""
    inside = verified.by_issuer[Issuer.CHAMPION].inside_80
    ends, window = _ends(verified.dates)
    shares = [_mean(inside[rows]) for rows in _windows(verified, ends, window)]
    return Curve(ends, np.array(shares), window)


def coverage_by_lead(verified: Verified) -> tuple[FloatArray, FloatArray]:
    """Return the shares inside the champion's 80 % and 95 % intervals, each by lead."""
    champion = verified.by_issuer[Issuer.CHAMPION]
    both = (champion.inside_80, champion.inside_95)
    found = [np.array([_mean(inside[:, k]) for k in range(len(LEAD_DAYS))]) for inside in both]
    return found[0], found[1]


def chance_band(level: float, days: int) -> tuple[float, float]:
    """Return the shares that chance alone explains, never above 1."""
    lowest, highest = coverage_band(level, days)
    return lowest, min(highest, 1.0)


def weeks(verified: Verified) -> list[Week]:
    """Return the weeks of which every day was forecast at all leads, in their order."""
    champion = verified.by_issuer[Issuer.CHAMPION].value
    complete = np.isfinite(champion).all(axis=1)
    if not complete.any():
        return []
    first = verified.dates[complete][0]
    number = (verified.dates - first).astype(int) // _STEP_DAYS
    found = [number == week for week in range(int(number.max()) + 1)]
    return [_week(verified, rows) for rows in found if (complete & rows).sum() == _STEP_DAYS]


def costs(records: Sequence[Record], beside: Record) -> dict[str, dict[Variable, Cost]]:
    """Return what each policy cost beside one of them, by policy and variable.

    All are compared on the days and leads that all of them forecast.
    """
    found: dict[str, dict[Variable, Cost]] = {record.policy: {} for record in records}
    for variable, others in beside.verified.items():
        there = [one for one in records if _has_champion(one.verified.get(variable), others)]
        losses = _identical([others, *(one.verified[variable] for one in there)])
        other, *errors = (float(np.sqrt(_mean(one))) for one in losses)
        for record, error in zip(there, errors, strict=True):
            more = error / other - 1.0 if other else float("nan")
            found[record.policy][variable] = Cost(error, more)
    return found


def mean_cost(of_variables: Mapping[Variable, Cost]) -> float:
    """Return by which share errors are larger, on average over the variables; NaN without any."""
    return _mean(np.array([cost.more for cost in of_variables.values()]))


def _identical(verified: Sequence[Verified]) -> list[FloatArray]:
    """Return the champions' losses on the days and leads all of them forecast."""
    dates = functools.reduce(np.intersect1d, [one.dates for one in verified])
    losses = [
        one.losses(one.by_issuer[Issuer.CHAMPION])[np.isin(one.dates, dates)] for one in verified
    ]
    there = np.isfinite(losses).all(axis=0)
    return [one[there] for one in losses]


def _has_champion(*verified: Verified | None) -> bool:
    return all(one is not None and Issuer.CHAMPION in one.by_issuer for one in verified)


def _paired(verified: Verified, reference: str) -> tuple[FloatArray, FloatArray]:
    """Return the losses of champion and reference, NaN where either made no forecast."""
    ours = verified.losses(verified.by_issuer[Issuer.CHAMPION])
    theirs = verified.losses(verified.by_issuer[reference])
    missing = ~(np.isfinite(ours) & np.isfinite(theirs))
    return np.where(missing, np.nan, ours), np.where(missing, np.nan, theirs)


def _ends(dates: DateArray) -> tuple[DateArray, int]:
    """Return where windows end, a week apart, the last of them at the last day; and their days."""
    days = int((dates[-1] - dates[0]).astype(int)) + 1
    window = max(_LEAST_WINDOW_DAYS, min(WINDOW_DAYS, days // 4))
    count = max(0, days - window) // _STEP_DAYS + 1
    back: DateArray = dates[-1] - _STEP_DAYS * np.arange(count)[::-1].astype("timedelta64[D]")
    return back, window


def _windows(verified: Verified, ends: DateArray, window: int) -> list[slice]:
    first = np.searchsorted(verified.dates, ends - window, side="right")
    last = np.searchsorted(verified.dates, ends, side="right")
    return [slice(*pair) for pair in zip(first.tolist(), last.tolist(), strict=True)]


def _week(verified: Verified, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Week:
    days = verified.on(rows)
    references = {
        name.value: _mean(np.abs(days.errors(days.by_issuer[name])))
        for name in REFERENCES
        if name in days.by_issuer
    }
    usual = days.by_issuer.get(Issuer.CLIMATOLOGY)
    departure = float("nan") if usual is None else -_mean(days.errors(usual)[:, 0])
    first = date.fromisoformat(str(days.dates[0])[:10])
    return Week(first, mean_error(days), references, departure)


def _mean(values: FloatArray) -> float:
    """Return the mean of what is finite; NaN if nothing is."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")
