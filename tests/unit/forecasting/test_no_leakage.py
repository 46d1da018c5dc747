"""No leakage, ever: change the future, and no bit of a forecast changes."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.forecasting.arrays import Float32Array, FloatArray
from shared.forecasting.backtest import plan_backtest, prepare_fold
from shared.forecasting.baseline import Baseline
from shared.forecasting.features import FeatureSpecification, Layout, build_features
from shared.forecasting.history import DailyHistory
from shared.forecasting.model import FittedModel
from shared.forecasting.series import target_series
from shared.forecasting.variables import FORECAST_VARIABLES, VARIABLES, WET_DAY_MM, Variable
from tests.support.weather import made_up_history

HISTORY = made_up_history(days=700)
POSITION = 500


class SumOfFeatures:
    """A regressor that uses every feature it is given."""

    def __init__(self, layout: Layout) -> None:
        self.n_outputs = 7 if layout is Layout.WIDE else 1

    def predict(self, features: Float32Array) -> FloatArray:
        total = features.sum(axis=1, keepdims=True, dtype=np.float64)
        return np.repeat(total, self.n_outputs, axis=1)


def with_another_future(seed: int, *, missing: float) -> DailyHistory:
    """Return the history with every day after `POSITION` made up anew, some of them missing."""
    random = np.random.default_rng(seed)
    values = {}
    for variable, column in HISTORY.values.items():
        bounds = VARIABLES[variable]
        later = random.uniform(bounds.lowest, bounds.highest, column.size - POSITION - 1)
        later[random.random(later.size) < missing] = np.nan
        values[variable] = np.concatenate([column[: POSITION + 1], later])
    return replace(HISTORY, values=values)


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("target", FORECAST_VARIABLES)
@given(seed=st.integers(0, 2**32 - 1), missing=st.sampled_from([0.0, 0.3, 1.0]))
@settings(max_examples=8, deadline=None)
def test_features_and_forecast_are_the_same_to_the_last_bit_whatever_the_future(
    target: Variable, layout: Layout, seed: int, missing: float
) -> None:
    specification = FeatureSpecification.for_history(target, HISTORY, layout)
    baseline = Baseline.fit(
        target, specification.inputs, HISTORY.until(HISTORY.dates[POSITION].item())
    )
    model = FittedModel(specification, baseline, SumOfFeatures(layout))
    answers = []
    for history in (HISTORY, with_another_future(seed, missing=missing)):
        features = build_features(specification, baseline, history)[: POSITION + 1]
        dates = history.dates[: POSITION + 1][-1:]
        series = target_series(target, history.column(target))[POSITION : POSITION + 1]
        answers.append((features, model.forecast(dates, series, features[-1:])))
    assert answers[0][0].tobytes() == answers[1][0].tobytes()
    assert answers[0][1].tobytes() == answers[1][1].tobytes()


def test_what_is_fitted_for_a_fold_does_not_know_what_comes_after_its_origin() -> None:
    specification = FeatureSpecification.for_history(Variable.TEMPERATURE_MAX, HISTORY, Layout.WIDE)
    fold = plan_backtest(specification, HISTORY).monthly[3]
    column = HISTORY.column(Variable.TEMPERATURE_MAX).copy()
    column[fold.origin + 1 :] += 25.0
    changed = replace(HISTORY, values={**HISTORY.values, Variable.TEMPERATURE_MAX: column})
    before, after = (prepare_fold(specification, h, fold) for h in (HISTORY, changed))
    assert before.baseline == after.baseline
    assert before.train_inputs.tobytes() == after.train_inputs.tobytes()
    assert before.train_targets.tobytes() == after.train_targets.tobytes()
    assert before.test_features[:1].tobytes() == after.test_features[:1].tobytes()
    # It is the truth that has changed, so the test would notice.
    assert not np.array_equal(before.observed, after.observed)


def test_no_sum_of_features_is_the_target() -> None:
    # Two of the forerunner's features, yesterday's maximum and the day's change, added up to the
    # target; its R2 of 0.958 was that sum. Here the weather of the valid days cannot be seen: on
    # white noise the best linear combination of all features explains next to nothing.
    random = np.random.default_rng(3)
    noise = DailyHistory(
        date(2015, 1, 1), {Variable.TEMPERATURE_MAX: random.normal(20.0, 5.0, 4000)}
    )
    specification = FeatureSpecification(
        target=Variable.TEMPERATURE_MAX, inputs=(), layout=Layout.WIDE
    )
    fold = plan_backtest(specification, noise).tuning
    prepared = prepare_fold(specification, noise, fold)
    design = np.column_stack([np.ones(len(prepared.train_inputs)), prepared.train_inputs])
    weights = np.linalg.lstsq(design, prepared.train_targets, rcond=None)[0]
    explained = 1 - (prepared.train_targets - design @ weights).var() / prepared.train_targets.var()
    assert explained < 0.02


def test_every_wet_day_stays_wet() -> None:
    # The forerunner took all 483 wet days for outliers and made them 0.0 mm.
    rain = HISTORY.column(Variable.PRECIPITATION)
    wet = target_series(Variable.PRECIPITATION, rain)
    assert wet.sum() == (rain >= WET_DAY_MM).sum() > 50
