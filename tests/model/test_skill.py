"""Skill on a backtest year the models never saw, against the references on the same cases.

On Marrakech the figures measured on `daily.csv` stand beside the bounds; the bounds leave room for
other library versions, not for a model that has become worse.
"""

import numpy as np
import pytest

from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import TEMPERATURES, Variable
from tests.model.conftest import Model


@pytest.mark.parametrize("variable", TEMPERATURES)
def test_temperatures_explain_the_variance_the_gate_asks_for(
    models: dict[Variable, Model], variable: Variable
) -> None:
    # daily.csv: 0.73 maximum, 0.84 minimum, 0.82 mean.
    assert models[variable].document.metrics["r2"] > 0.7


@pytest.mark.parametrize("variable", [*TEMPERATURES, Variable.WIND_SPEED_MAX])
def test_damped_persistence_is_beaten(models: dict[Variable, Model], variable: Variable) -> None:
    # daily.csv, skill in squared error: 0.035 maximum, 0.14 minimum, 0.06 mean, 0.06 wind.
    metrics = models[variable].document.metrics
    assert metrics["skill_vs_damped_persistence"] > 0.0
    assert metrics["skill_vs_damped_persistence_lead_1"] > 0.03
    assert metrics["skill_vs_climatology"] > metrics["skill_vs_damped_persistence"]
    assert metrics["skill_vs_persistence"] > metrics["skill_vs_damped_persistence"]


def test_probability_of_rain_beats_climatology_and_is_calibrated(
    models: dict[Variable, Model],
) -> None:
    model = models[Variable.PRECIPITATION]
    # daily.csv: Brier skill 0.06.
    assert model.document.metrics["skill_vs_climatology"] > 0.0
    likely = model.cases.forecast > np.quantile(model.cases.forecast, 0.8)
    said, happened = model.cases.forecast[likely].mean(), model.cases.observed[likely].mean()
    assert happened == pytest.approx(said, abs=0.1)


@pytest.mark.parametrize("variable", [*TEMPERATURES, Variable.WIND_SPEED_MAX])
def test_intervals_hold_what_they_promise(
    models: dict[Variable, Model], variable: Variable
) -> None:
    # daily.csv: 0.76 to 0.85 and 0.93 to 0.97. A year is not more than a year: the binomial band
    # of 365 days, many of them alike, is about five hundredths.
    metrics = models[variable].document.metrics
    assert 0.72 < metrics["coverage_80"] < 0.88
    assert 0.91 < metrics["coverage_95"] < 0.99


def test_recent_warmth_is_known(models: dict[Variable, Model], marrakech: DailyHistory) -> None:
    # 2023 was far warmer than the years before; a climatology alone is more than 1 degC too cold.
    cases = models[Variable.TEMPERATURE_MAX].cases
    bias_of_model = (cases.forecast - cases.observed).mean()
    bias_of_climatology = (cases.climatology - cases.observed).mean()
    if bias_of_climatology > -0.5:
        pytest.skip(f"this year, to {marrakech.last_date}, was no warmer than usual")
    assert abs(bias_of_model) < abs(bias_of_climatology) / 2
