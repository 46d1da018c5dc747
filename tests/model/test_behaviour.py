"""What a forecaster would expect of any sensible model, tried on trained ones."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from shared.forecasting.families import Family
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import FORECAST_VARIABLES, TEMPERATURES, Variable
from tests.model.conftest import Model, trained

MAXIMUM, RAIN = Variable.TEMPERATURE_MAX, Variable.PRECIPITATION


def shifted(history: DailyHistory, degrees: float) -> DailyHistory:
    """Return the history with all temperatures shifted."""
    return replace(
        history,
        values={
            name: column + degrees if name in TEMPERATURES else column
            for name, column in history.values.items()
        },
    )


def with_hotter_last_day(history: DailyHistory, degrees: float) -> DailyHistory:
    """Return the history with all temperatures of its last day changed."""
    bump = np.zeros(history.n_days)
    bump[-1] = degrees
    return replace(
        history,
        values={
            name: column + bump if name in TEMPERATURES else column
            for name, column in history.values.items()
        },
    )


@pytest.mark.parametrize("variable", TEMPERATURES)
def test_a_warmer_world_is_forecast_warmer(marrakech: DailyHistory, variable: Variable) -> None:
    day = marrakech.last_date
    warmer = shifted(marrakech, 3.0)
    usual, shifted_by = (
        trained(history, variable, Family.LINEAR_REGRESSION).forecast(history, day).value
        for history in (marrakech, warmer)
    )
    np.testing.assert_allclose(shifted_by, usual + 3.0, atol=0.05)


@pytest.mark.parametrize("variable", TEMPERATURES)
def test_a_hotter_today_never_cools_tomorrow(
    models: dict[Variable, Model], marrakech: DailyHistory, variable: Variable
) -> None:
    for day in models[variable].cases.reference_dates[::30].tolist():
        history = marrakech.until(day)
        tomorrow = [
            models[variable].forecast(with_hotter_last_day(history, bump), day).value[0]
            for bump in (-4.0, 0.0, 4.0)
        ]
        assert tomorrow[0] < tomorrow[1] < tomorrow[2]


@pytest.mark.parametrize("variable", TEMPERATURES)
def test_what_today_says_fades_with_the_lead(
    models: dict[Variable, Model], marrakech: DailyHistory, variable: Variable
) -> None:
    day = marrakech.last_date
    usual = models[variable].forecast(marrakech, day).value
    hotter = models[variable].forecast(with_hotter_last_day(marrakech, 5.0), day).value
    gain = hotter - usual
    assert gain[0] > 1.0
    assert abs(gain[6]) < gain[0] / 2


def test_intervals_widen_with_the_lead(
    models: dict[Variable, Model], marrakech: DailyHistory
) -> None:
    for variable in TEMPERATURES:
        forecast = models[variable].forecast(marrakech, marrakech.last_date)
        width = forecast.upper_80 - forecast.lower_80
        assert width[6] > width[0]


def test_a_rainy_spell_makes_rain_likelier(
    models: dict[Variable, Model], marrakech: DailyHistory
) -> None:
    def probability(amount: float) -> float:
        column = marrakech.column(RAIN).copy()
        column[-3:] = amount
        history = replace(marrakech, values={**marrakech.values, RAIN: column})
        forecast = models[RAIN].forecast(history, marrakech.last_date)
        assert forecast.probability is not None
        return float(forecast.probability[0])

    assert probability(12.0) > probability(0.0)


@pytest.mark.parametrize("family", Family)
def test_the_seasons_of_the_southern_hemisphere_are_its_own(
    southern: DailyHistory, family: Family
) -> None:
    model = trained(southern, MAXIMUM, family)
    january = model.forecast(southern, date(2024, 1, 15)).value
    july = model.forecast(southern, date(2024, 7, 15)).value
    assert january.mean() > july.mean() + 5.0


@pytest.mark.parametrize("variable", FORECAST_VARIABLES)
def test_forecasts_of_a_whole_year_are_possible_weather(
    models: dict[Variable, Model], variable: Variable
) -> None:
    cases = models[variable].cases
    observed, forecast = cases.observed, cases.forecast
    assert np.isfinite(forecast).all()
    spread = observed.max() - observed.min()
    assert forecast.max() < observed.max() + 0.2 * spread
    assert forecast.min() > observed.min() - 0.2 * spread


def test_maximum_mean_and_minimum_come_in_their_order(models: dict[Variable, Model]) -> None:
    warmest, mean, coldest = (
        models[variable].cases
        for variable in (MAXIMUM, Variable.TEMPERATURE_MEAN, Variable.TEMPERATURE_MIN)
    )
    np.testing.assert_array_equal(warmest.reference_dates, coldest.reference_dates)
    assert (warmest.forecast > mean.forecast).all()
    assert (mean.forecast > coldest.forecast).all()
