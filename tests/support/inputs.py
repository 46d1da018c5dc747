"""Made-up inputs of a forecast: own weather, neighbours that know of it first, and guidance."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from shared.forecasting.features import FeatureSpecification, Layout
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs, Guidance, Known, Neighbour, inputs_of
from shared.forecasting.series import targets_by_lead
from shared.forecasting.sources import Sources
from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from tests.support.weather import made_up_history

NEIGHBOURS = ("north", "west")


def specification_of(
    target: Variable, known: Known, layout: Layout = Layout.WIDE
) -> FeatureSpecification:
    """Return the specification with everything there is to look at."""
    sources = Sources.of(target, inputs_of(known))
    return FeatureSpecification(target=target, sources=sources, layout=layout)


def plain(
    target: Variable, *inputs: Variable, layout: Layout = Layout.WIDE
) -> FeatureSpecification:
    """Return a specification that looks at the site's own series alone."""
    return FeatureSpecification(target=target, sources=Sources(inputs=inputs), layout=layout)


def made_up_inputs(*, last_date: date = date(2026, 11, 22), days: int = 1200) -> ForecastInputs:
    """Return a site whose weather passes its neighbours the day before, with guidance for it.

    The neighbours see the site's weather of the next day, the guidance that of all seven, each
    blurred; that of the guidance grows with the lead.
    """
    own = made_up_history(last_date=last_date, days=days)
    rng = np.random.default_rng(7)
    neighbours = [
        Neighbour(place, 90.0 * k, 300.0, _a_day_early(own, rng))
        for k, place in enumerate(NEIGHBOURS)
    ]
    return ForecastInputs(own, neighbours, _guidance(own, rng))


def without_last_day(known: ForecastInputs, place_id: str) -> ForecastInputs:
    """Return the inputs with one neighbour a day late."""
    before = known.own.last_date - timedelta(days=1)
    return replace(
        known,
        neighbours=[
            replace(near, history=near.history.until(before)) if near.place_id == place_id else near
            for near in known.neighbours
        ],
    )


def _a_day_early(own: DailyHistory, rng: np.random.Generator) -> DailyHistory:
    values = {}
    for variable, column in own.values.items():
        passing = np.append(column[1:], column[-1])
        values[variable] = np.maximum(passing + rng.normal(0.0, 2.0, passing.size), 0.0)
    return DailyHistory(own.first_date, values)


def _guidance(own: DailyHistory, rng: np.random.Generator) -> Guidance:
    tables = {}
    for variable in FORECAST_VARIABLES:
        truth = targets_by_lead(own.column(variable))
        truth = np.where(np.isnan(truth), own.column(variable)[:, np.newaxis], truth)
        blur = rng.normal(size=truth.shape) * np.arange(1, 8) * 0.5
        tables[variable] = np.maximum(truth + 1.0 + blur, 0.0)
    return Guidance(own.first_date, tables)
