"""Cutting a history: a tuning year, and after it the backtest year in monthly folds.

Every fold is fitted on what was known on the first of a month, so what one week's training fits
for its folds is what the next week's fits for them: whoever does both, such as a replay, does it
once.
"""

from dataclasses import dataclass

import numpy as np

from shared.errors import NotEnoughData
from shared.forecasting.arrays import DateArray, IntArray
from shared.forecasting.baseline import Baseline
from shared.forecasting.features import FeatureSpecification, build_features, has_features
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.series import target_series, targets_by_lead
from shared.forecasting.variables import HORIZON_DAYS

YEAR_DAYS = 365
# With less than three years each stretch takes a third of what is there.
_SHARE = 3
# Fewer cases than this prove nothing, and a third of fewer tunes nothing.
_FEWEST_CASES = 200
# The longest stretch every day of which a feature needs.
_LOOK_BACK_DAYS = 30


@dataclass(frozen=True)
class Fold:
    """A split: positions (days of the history) of the reference dates trained and tested on.

    Attributes
    ----------
    origin : int
        Position of the first of the month the test begins in: nothing later is used to fit.
    """

    train: IntArray
    test: IntArray
    origin: int


@dataclass(frozen=True)
class Plan:
    """The splits of a history.

    Attributes
    ----------
    tuning : Fold
        Tested on the year before the backtest.
    monthly : tuple of Fold
        The backtest year, a fold a calendar month.
    usable : ndarray of int
        All reference dates with features and all seven targets.
    dates : ndarray of datetime64[D]
        All days of the history.
    """

    tuning: Fold
    monthly: tuple[Fold, ...]
    usable: IntArray
    dates: DateArray

    @property
    def tuning_halves(self) -> tuple[Fold, Fold]:
        """The tuning year in halves, refitted between them: the first one can rule a recipe out."""
        first, second = np.array_split(self.tuning.test, 2)
        return self.fold(first), self.fold(second)

    def fold(self, test: IntArray) -> Fold:
        """Return the fold of some tests."""
        return _fold(self.dates, self.usable, test)


def plan_backtest(specification: FeatureSpecification, known: ForecastInputs) -> Plan:
    """Cut a history into a tuning year and a backtest year of monthly folds.

    Families that look at less than others are given the specification of those that look at
    most, so that all are tested on the same reference dates.

    Raises
    ------
    NotEnoughData
        Too few reference dates have features and all seven targets.
    """
    baseline = Baseline.fit(specification.target, specification.sources, known)
    series = target_series(specification.target, known.own.column(specification.target))
    complete = ~np.isnan(targets_by_lead(series)).any(axis=1)
    usable = np.flatnonzero(complete & has_features(build_features(specification, baseline, known)))
    if usable.size < _FEWEST_CASES:
        raise NotEnoughData(
            f"A backtest of {specification.target} needs {_FEWEST_CASES} reference dates with "
            f"features and seven targets; there are {usable.size}."
        )
    n_test = min(YEAR_DAYS, usable.size // _SHARE)
    n_tuning = min(YEAR_DAYS, (usable.size - n_test) // _SHARE)
    tests = usable[usable.size - n_test :]
    before = usable[usable + HORIZON_DAYS <= tests[0]]
    tuning_tests = before[before.size - n_tuning :]
    dates = known.own.dates
    months = dates[tests].astype("datetime64[M]")
    folds = [_fold(dates, usable, tests[months == month]) for month in np.unique(months)]
    return Plan(_fold(dates, usable, tuning_tests), tuple(folds), usable, dates)


def completeness(specification: FeatureSpecification, known: ForecastInputs, plan: Plan) -> float:
    """Return the share of the backtest's input that was observed, not bridged.

    Counted over the days the features of its reference dates look back on, and over all series in
    use.
    """
    tested = np.concatenate([fold.test for fold in plan.monthly])
    days = tested[:, np.newaxis] - np.arange(_LOOK_BACK_DAYS)
    sources = specification.sources
    series = [known.own.column(name) for name in {specification.target, *sources.inputs}]
    series += sources.neighbour_series(known).values()
    return float(np.mean([~np.isnan(column[days]) for column in series]))


def _fold(dates: DateArray, usable: IntArray, test: IntArray) -> Fold:
    month = dates[test[0]].astype("datetime64[M]")
    origin = int(np.searchsorted(dates, month.astype("datetime64[D]")))
    return Fold(train=usable[usable + HORIZON_DAYS <= origin], test=test, origin=origin)


def whole_year(plan: Plan) -> Fold:
    """Return the backtest year as one fold: what need not be refitted every month is tested on."""
    return plan.fold(np.concatenate([fold.test for fold in plan.monthly]))
