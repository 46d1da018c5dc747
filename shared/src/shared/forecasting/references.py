"""The reference forecasts every model must beat: climatology, persistence, damped persistence.

Each forecasts all lead days from each given day; they work in the target series of a variable
(`series.target_series`), so for rain they forecast the probability of a wet day.
"""

from datetime import date
from typing import Protocol, Self

import numpy as np

from shared.forecasting.arrays import DateArray, FloatArray, valid_dates
from shared.forecasting.climatology import HarmonicClimatology
from shared.forecasting.history import DailyHistory
from shared.forecasting.intervals import ResidualQuantiles
from shared.forecasting.rain import RainAmounts
from shared.forecasting.record import PerLead, Record
from shared.forecasting.series import target_bounds, target_series
from shared.forecasting.variable_forecast import VariableForecast
from shared.forecasting.variables import LEAD_DAYS, Variable


class ReferenceForecaster(Protocol):
    """Forecasts from the last observed value alone."""

    def forecast(self, dates: DateArray, series: FloatArray) -> FloatArray:
        """Return forecasts of shape (n, 7) from n reference dates and the values on them."""
        ...


class PersistenceForecaster:
    """Tomorrow is as today."""

    def forecast(self, dates: DateArray, series: FloatArray) -> FloatArray:
        """Return the value of the reference date at every lead."""
        del dates
        return np.repeat(series[:, np.newaxis], len(LEAD_DAYS), axis=1)


class ClimatologyForecaster(Record):
    """Tomorrow is as usual at this time of the year."""

    climatology: HarmonicClimatology

    def forecast(self, dates: DateArray, series: FloatArray) -> FloatArray:
        """Return the climatology of each valid date."""
        del series
        return self.climatology.at(valid_dates(dates))


class DampedPersistenceForecaster(Record):
    """Today's anomaly fades into climatology as the lead grows: the reference to beat.

    Attributes
    ----------
    damping : tuple of 7 floats in [0, 1]
        Share of the anomaly that is left at each lead.
    """

    climatology: HarmonicClimatology
    damping: PerLead

    @classmethod
    def fit(cls, climatology: HarmonicClimatology, dates: DateArray, series: FloatArray) -> Self:
        """Fit the damping of each lead by least squares through the origin.

        Parameters
        ----------
        dates : ndarray of datetime64[D], shape (n_days,)
            Consecutive days.
        series : ndarray of shape (n_days,)
            NaN where missing; pairs with a missing day are left out.
        """
        anomalies = series - climatology.at(dates)
        return cls(
            climatology=climatology,
            damping=tuple(_regression_through_origin(anomalies, lead) for lead in LEAD_DAYS),
        )

    def forecast(self, dates: DateArray, series: FloatArray) -> FloatArray:
        """Return climatology plus the damped anomaly of the reference date."""
        anomalies = series - self.climatology.at(dates)
        return self.climatology.at(valid_dates(dates)) + anomalies[:, np.newaxis] * self.damping


def _regression_through_origin(anomalies: FloatArray, lead: int) -> float:
    today, later = anomalies[:-lead], anomalies[lead:]
    paired = ~np.isnan(today) & ~np.isnan(later)
    today, later = today[paired], later[paired]
    power = float(today @ today)
    return float(np.clip(today @ later / power, 0.0, 1.0)) if power > 0.0 else 0.0


def climatology_forecast(
    history: DailyHistory, variable: Variable, reference_date: date
) -> VariableForecast:
    """Forecast what is usual for the season: what is served while there is no champion.

    Parameters
    ----------
    history : DailyHistory
        Days after the reference date are not looked at; the reference date may be unobserved.

    Raises
    ------
    NotEnoughData
        Fewer than 30 days were observed, or for precipitation no wet or no dry one.
    """
    known = history.until(reference_date)
    dates, values = known.dates, known.column(variable)
    series = target_series(variable, values)
    lowest, highest = target_bounds(variable)
    climatology = HarmonicClimatology.fit(dates, series, lowest=lowest, highest=highest)
    reference = np.array([reference_date], "datetime64[D]")
    target = ClimatologyForecaster(climatology=climatology).forecast(reference, series[-1:])
    uncertainty: ResidualQuantiles | RainAmounts
    if variable is Variable.PRECIPITATION:
        uncertainty = RainAmounts.fit(dates, values)
    else:
        observed = ~np.isnan(series)
        anomalies = (series - climatology.at(dates))[observed, np.newaxis]
        uncertainty = ResidualQuantiles.fit(
            np.repeat(anomalies, len(LEAD_DAYS), axis=1), dates[observed]
        )
    return VariableForecast.of_target(variable, reference_date, target[0], uncertainty)
