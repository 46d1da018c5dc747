"""The backtest: how a history is cut, and what its intervals may know."""

from datetime import date

import numpy as np
import pytest

from shared.errors import NotEnoughData
from shared.forecasting.arrays import Float32Array, FloatArray
from shared.forecasting.backtest import (
    PastForecasts,
    Plan,
    TrainingSet,
    completeness,
    plan_backtest,
    prepare_final,
    prepare_fold,
    run_backtest,
)
from shared.forecasting.features import Layout
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.series import targets_by_lead
from shared.forecasting.variables import Variable
from tests.support.inputs import plain
from tests.support.weather import made_up_history

MAXIMUM = Variable.TEMPERATURE_MAX
WIDE = plain(MAXIMUM)
LONG = plain(MAXIMUM, layout=Layout.LONG)


class Zero:
    """Adds nothing to damped persistence."""

    def __init__(self, n_outputs: int) -> None:
        self.n_outputs = n_outputs

    def predict(self, features: Float32Array) -> FloatArray:
        return np.zeros((len(features), self.n_outputs))


def fit_zero(training: TrainingSet) -> Zero:
    return Zero(training.targets.shape[1] if training.targets.ndim > 1 else 1)


def made_up(days: int = 1200) -> ForecastInputs:
    return ForecastInputs(made_up_history(days=days))


def plan(days: int = 1200) -> Plan:
    return plan_backtest(WIDE, made_up(days))


def test_targets_are_the_values_at_each_lead() -> None:
    targets = targets_by_lead(np.arange(10.0))
    np.testing.assert_array_equal(targets[0], np.arange(1.0, 8.0))
    np.testing.assert_array_equal(targets[8], [9.0, *[np.nan] * 6])
    assert np.isnan(targets[9]).all()


def test_backtest_year_is_the_last_365_usable_reference_dates_by_month() -> None:
    history, planned = made_up_history(), plan()
    tested = np.concatenate([fold.test for fold in planned.monthly])
    np.testing.assert_array_equal(tested, planned.usable[-365:])
    # The last usable date has all seven valid dates behind it.
    assert history.dates[tested[-1]] + 7 == np.datetime64(history.last_date)
    for fold in planned.monthly:
        assert len(np.unique(history.dates[fold.test].astype("datetime64[M]"))) == 1


def test_no_training_target_lies_after_the_first_test_reference_date() -> None:
    planned = plan()
    for fold in (planned.tuning, *planned.monthly):
        assert fold.train[-1] + 7 <= fold.test[0]


def test_tuning_never_sees_the_backtest_year() -> None:
    # The forerunner tuned on its test set.
    planned = plan(days=1600)
    assert planned.tuning.test.size == 365
    assert planned.tuning.test[-1] + 7 <= planned.monthly[0].test[0]


def test_a_short_history_is_cut_into_thirds() -> None:
    planned = plan(days=430)  # 430 - 29 - 7 = 394 usable reference dates
    assert planned.usable.size == 394
    assert sum(fold.test.size for fold in planned.monthly) == 394 // 3
    assert planned.tuning.test.size == (394 - 131) // 3


def test_too_few_reference_dates_are_no_backtest() -> None:
    with pytest.raises(NotEnoughData, match="200"):
        plan(days=200)


def test_backtest_of_nothing_learned_is_damped_persistence() -> None:
    known = made_up()
    for specification in (WIDE, LONG):
        planned = plan_backtest(specification, known)
        folds = [prepare_fold(specification, known, fold) for fold in planned.monthly]
        tuning = prepare_fold(specification, known, planned.tuning)
        earlier = tuning.verified(tuning.test(tuning.fit(fit_zero)))
        cases, past = run_backtest(folds, fit_zero, earlier)
        assert len(past.forecast) == len(earlier.forecast) + len(cases.forecast)
        np.testing.assert_allclose(cases.forecast, cases.damped_persistence)
        assert cases.metrics()["skill_vs_damped_persistence"] == pytest.approx(0.0)
        assert tuning.relative_error(tuning.test(tuning.fit(fit_zero))) == pytest.approx(1.0)


def test_residuals_are_what_damped_persistence_left() -> None:
    known = made_up()
    history = known.own
    planned = plan_backtest(WIDE, known)
    wide = prepare_fold(WIDE, known, planned.tuning)
    long = prepare_fold(LONG, known, planned.tuning)
    np.testing.assert_array_equal(wide.training.targets.ravel(), long.training.targets)
    position = planned.tuning.train[-1]
    dates, series = history.dates, history.column(MAXIMUM)
    damped = wide.baseline.damped_persistence.forecast(
        dates[position : position + 1], series[position : position + 1]
    )
    np.testing.assert_allclose(
        wide.training.targets[-1], series[position + 1 : position + 8] - damped[0]
    )


def test_intervals_are_made_of_errors_known_at_the_origin() -> None:
    dates = np.datetime64("2025-01-01") + np.arange(31)
    numbers = np.arange(31.0)[:, np.newaxis] * np.ones(7)
    past = PastForecasts(dates, numbers, numbers + 1.0)
    # On 1 February the lead-7 error of the reference date 25 January is the newest one known.
    assert past.known_on(np.datetime64("2025-02-01")).forecast[-1, 0] == 24.0
    later = PastForecasts(dates + 31, numbers, numbers)
    assert past.followed_by(later).observed.shape == (62, 7)


def test_final_fit_uses_every_usable_reference_date() -> None:
    known = made_up()
    planned = plan_backtest(WIDE, known)
    final = prepare_final(WIDE, known, planned)
    assert len(final.training.inputs) == planned.usable.size
    np.testing.assert_array_equal(final.test_inputs, final.test_features)


def test_completeness_counts_bridged_days_of_the_backtest_as_missing() -> None:
    known = made_up()
    history = known.own
    assert completeness(WIDE, known, plan_backtest(WIDE, known)) == 1.0
    column = history.column(MAXIMUM).copy()
    column[-300:-7:20] = np.nan
    gappy = ForecastInputs(DailyHistory(history.first_date, {MAXIMUM: column}))
    share = completeness(WIDE, gappy, plan_backtest(WIDE, gappy))
    assert 0.93 < share < 0.98


def test_reference_dates_of_a_gap_are_left_out_of_the_folds() -> None:
    history = made_up(1600).own
    column = history.column(MAXIMUM).copy()
    column[1400:1500] = np.nan
    gappy = ForecastInputs(DailyHistory(history.first_date, {MAXIMUM: column}))
    planned = plan_backtest(WIDE, gappy)
    tested = np.concatenate([fold.test for fold in planned.monthly])
    assert tested.size == 365
    # From the day whose seventh valid date would be in the gap to the thirtieth day after it.
    assert not np.any((tested >= 1400 - 7) & (tested < 1500 + 29))
    assert history.dates[tested[0]] < np.datetime64(date(2025, 11, 22))


def test_folds_of_two_weeks_of_a_month_are_fitted_on_the_same_cases() -> None:
    whole = made_up().own
    later = whole.until(date(2025, 11, 26))
    earlier = whole.until(date(2025, 11, 19))
    plans = [plan_backtest(WIDE, ForecastInputs(known)) for known in (earlier, later)]
    folds = [(plan.monthly[0], *plan.monthly[2:], *plan.tuning_halves) for plan in plans]
    for one, other in zip(*folds, strict=True):
        np.testing.assert_array_equal(one.train, other.train)
        assert one.origin == other.origin
        assert whole.dates[one.origin].item().day == 1
