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
from shared.forecasting.features import Layout, build_features
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs, Guidance
from shared.forecasting.model import FittedModel
from shared.forecasting.series import target_series
from shared.forecasting.variables import FORECAST_VARIABLES, VARIABLES, WET_DAY_MM, Variable
from tests.support.inputs import made_up_inputs, plain, specification_of

INPUTS = made_up_inputs(days=700)
DAYS = INPUTS.own.dates
POSITION = 500


class SumOfFeatures:
    """A regressor that uses every feature it is given."""

    def __init__(self, layout: Layout) -> None:
        self.n_outputs = 7 if layout is Layout.WIDE else 1

    def predict(self, features: Float32Array) -> FloatArray:
        total = features.sum(axis=1, keepdims=True, dtype=np.float64)
        return np.repeat(total, self.n_outputs, axis=1)


def with_another_future(seed: int, *, missing: float) -> ForecastInputs:
    """Return the inputs with all that came after `POSITION` made up anew, some of it missing."""
    random = np.random.default_rng(seed)

    def remade(table: FloatArray, variable: Variable) -> FloatArray:
        bounds = VARIABLES[variable]
        later = random.uniform(bounds.lowest, bounds.highest, table[POSITION + 1 :].shape)
        later[random.random(later.shape) < missing] = np.nan
        return np.concatenate([table[: POSITION + 1], later])

    def history(known: DailyHistory) -> DailyHistory:
        return replace(known, values={v: remade(c, v) for v, c in known.values.items()})

    neighbours = [replace(near, history=history(near.history)) for near in INPUTS.neighbours]
    assert INPUTS.guidance is not None
    tables = {v: remade(table, v) for v, table in INPUTS.guidance.values.items()}
    return ForecastInputs(
        history(INPUTS.own), neighbours, Guidance(INPUTS.guidance.first_date, tables)
    )


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("target", FORECAST_VARIABLES)
@given(seed=st.integers(0, 2**32 - 1), missing=st.sampled_from([0.0, 0.3, 1.0]))
@settings(max_examples=8)
def test_features_and_forecast_are_the_same_to_the_last_bit_whatever_the_future(
    target: Variable, layout: Layout, seed: int, missing: float
) -> None:
    specification = specification_of(target, INPUTS, layout)
    assert specification.sources.neighbours
    assert specification.sources.guidance
    baseline = Baseline.fit(target, specification.sources, INPUTS.until(DAYS[POSITION].item()))
    model = FittedModel(specification, baseline, SumOfFeatures(layout))
    answers = []
    for known in (INPUTS, with_another_future(seed, missing=missing)):
        features = build_features(specification, baseline, known)[: POSITION + 1]
        date = DAYS[POSITION : POSITION + 1]
        first_guess = baseline.first_guess(known, date)
        answers.append((features, model.forecast(date, features[-1:], first_guess)))
    assert answers[0][0].tobytes() == answers[1][0].tobytes()
    assert answers[0][1].tobytes() == answers[1][1].tobytes()


def test_what_is_fitted_for_a_fold_does_not_know_what_comes_after_its_origin() -> None:
    specification = specification_of(Variable.TEMPERATURE_MAX, INPUTS)
    fold = plan_backtest(specification, INPUTS).monthly[3]
    column = INPUTS.own.column(Variable.TEMPERATURE_MAX).copy()
    column[fold.origin + 1 :] += 25.0
    values = {**INPUTS.own.values, Variable.TEMPERATURE_MAX: column}
    changed = replace(INPUTS, own=replace(INPUTS.own, values=values))
    before, after = (prepare_fold(specification, known, fold) for known in (INPUTS, changed))
    assert before.baseline == after.baseline
    assert before.training.inputs.tobytes() == after.training.inputs.tobytes()
    assert before.training.targets.tobytes() == after.training.targets.tobytes()
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
    known = ForecastInputs(noise)
    specification = plain(Variable.TEMPERATURE_MAX)
    prepared = prepare_fold(specification, known, plan_backtest(specification, known).tuning)
    design = np.column_stack([np.ones(len(prepared.training.inputs)), prepared.training.inputs])
    weights = np.linalg.lstsq(design, prepared.training.targets, rcond=None)[0]
    explained = (
        1 - (prepared.training.targets - design @ weights).var() / prepared.training.targets.var()
    )
    assert explained < 0.02


def test_every_wet_day_stays_wet() -> None:
    # The forerunner took all 483 wet days for outliers and made them 0.0 mm.
    rain = INPUTS.own.column(Variable.PRECIPITATION)
    wet = target_series(Variable.PRECIPITATION, rain)
    assert wet.sum() == (rain >= WET_DAY_MM).sum() > 50
