"""Faulty answers made of good ones: what an artifact may do once it serves."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from math import nan

import numpy as np

from registry_gate.soundness import Answer
from shared.forecasting.forecast import VariableForecast
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import TEMPERATURES, VARIABLES

Spoil = Callable[[Answer], Answer]

_MS_PER_SECOND = 1000.0
_KMH_PER_MS = 3.6
_PERCENT = 100.0
_FOURTH, _SECOND, _LAST = 3, 1, -1


def _altered(alter: Callable[[VariableForecast], VariableForecast]) -> Spoil:
    """Return what alters every forecast."""

    def spoil(answer: Answer) -> Answer:
        def spoiled(known: ForecastInputs, day: date) -> VariableForecast:
            return alter(answer(known, day))

        return spoiled

    return spoil


def _nan_at_one_lead(forecast: VariableForecast) -> VariableForecast:
    value = forecast.value.copy()
    value[_FOURTH] = nan
    return replace(forecast, value=value)


def _bound_beyond_physics(forecast: VariableForecast) -> VariableForecast:
    upper_95 = forecast.upper_95.copy()
    upper_95[_LAST] = VARIABLES[forecast.variable].highest + 1.0
    return replace(forecast, upper_95=upper_95)


def _bound_above_value(forecast: VariableForecast) -> VariableForecast:
    lower_95 = forecast.lower_95.copy()
    lower_95[_SECOND] = np.nextafter(forecast.value[_SECOND], np.inf)
    return replace(forecast, lower_95=lower_95)


def _in_other_unit(forecast: VariableForecast) -> VariableForecast:
    """Return degrees Fahrenheit, metres a second, or a probability in per cent."""
    if forecast.probability is not None:
        return replace(forecast, probability=forecast.probability * _PERCENT)
    factor, offset = (1.8, 32.0) if forecast.variable in TEMPERATURES else (1 / _KMH_PER_MS, 0.0)
    names = ("value", "lower_80", "upper_80", "lower_95", "upper_95")
    return replace(forecast, **{name: getattr(forecast, name) * factor + offset for name in names})


nan_at_one_lead = _altered(_nan_at_one_lead)
bound_beyond_physics = _altered(_bound_beyond_physics)
bound_above_value = _altered(_bound_above_value)
in_other_unit = _altered(_in_other_unit)


def slow(limit_ms: float) -> Spoil:
    """Return what makes every answer take more work than it may."""

    def spoil(answer: Answer) -> Answer:
        def spoiled(known: ForecastInputs, day: date) -> VariableForecast:
            enough = time.thread_time() + limit_ms / _MS_PER_SECOND
            while time.thread_time() < enough:
                pass
            return answer(known, day)

        return spoiled

    return spoil
