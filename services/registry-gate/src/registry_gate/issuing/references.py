"""What the references forecast, with intervals, from what was known: no training, no IO.

Fitted on all that is known and asked for one reference date or for many at once, so that a replay
of years need not fit for every day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import numpy as np

from shared.contracts.issuers import Issuer
from shared.errors import NotEnoughData
from shared.forecasting.arrays import DateArray, FloatArray
from shared.forecasting.baseline import Baseline
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.intervals import ResidualQuantiles
from shared.forecasting.rain import RainAmounts
from shared.forecasting.references import ClimatologyForecaster, PersistenceForecaster
from shared.forecasting.series import target_bounds, target_series, targets_by_lead
from shared.forecasting.sources import Sources
from shared.forecasting.variable_forecast import VariableForecast
from shared.forecasting.variables import Variable

# Errors of the last years make the intervals; before, the climate and the guidance were others.
_ERROR_DAYS = 1100


@dataclass(frozen=True)
class References:
    """The references of a site and variable.

    Attributes
    ----------
    baseline : Baseline
        Climatology, damped persistence and, where there is guidance, its correction.
    uncertainty : mapping of Issuer to ResidualQuantiles or RainAmounts
        What the intervals of each are made of; those with too short a past are missing.
    """

    variable: Variable
    baseline: Baseline
    uncertainty: Mapping[Issuer, ResidualQuantiles | RainAmounts]

    @classmethod
    def fit(cls, variable: Variable, known: ForecastInputs) -> Self:
        """Fit on all that is known.

        Raises
        ------
        NotEnoughData
            The variable was observed on fewer than 30 days.
        """
        fitted = cls(variable, _baseline(variable, known), {})
        dates, values = known.own.dates, known.own.column(variable)
        if variable is Variable.PRECIPITATION:
            amounts = RainAmounts.fit(dates, values)
            return replace(fitted, uncertainty=dict.fromkeys(fitted.targets(known, dates), amounts))
        came = targets_by_lead(values)
        errors = {name: came - said for name, said in fitted.targets(known, dates).items()}
        return replace(fitted, uncertainty=_quantiles(errors, dates))

    def targets(self, known: ForecastInputs, dates: DateArray) -> dict[Issuer, FloatArray]:
        """Return what each forecasts of the target series, shape (n, 7), NaN where it cannot.

        Parameters
        ----------
        dates : ndarray of datetime64[D], shape (n,)
            Reference dates.
        """
        baseline = self.baseline
        today = target_series(self.variable, known.own.on(self.variable, dates))
        climatology = ClimatologyForecaster(climatology=baseline.climatology)
        said = {
            Issuer.CLIMATOLOGY: climatology.forecast(dates, today),
            Issuer.PERSISTENCE: PersistenceForecaster().forecast(dates, today),
            Issuer.DAMPED_PERSISTENCE: baseline.damped_persistence.forecast(dates, today),
        }
        if known.guidance is not None:
            guidance = known.guidance_on(self.variable, dates)
            said[Issuer.GUIDANCE] = target_series(self.variable, guidance)
        if baseline.guidance_correction is not None:
            said[Issuer.CORRECTED_GUIDANCE] = baseline.first_guess(known, dates)
        bounds = target_bounds(self.variable)
        return {name: np.clip(target, *bounds) for name, target in said.items()}

    def forecasts(
        self, known: ForecastInputs, reference_date: date
    ) -> dict[Issuer, VariableForecast]:
        """Return the forecasts of those that can make one of all leads from a reference date."""
        dates = np.array([reference_date], "datetime64[D]")
        made = {
            name: VariableForecast.of_target(
                self.variable, reference_date, target[0], self.uncertainty[name]
            )
            for name, target in self.targets(known, dates).items()
            if name in self.uncertainty and np.isfinite(target).all()
        }
        if self.variable is Variable.PRECIPITATION and Issuer.GUIDANCE in made:
            amount = known.guidance_on(self.variable, dates)[0]
            made[Issuer.GUIDANCE] = _with_value(made[Issuer.GUIDANCE], amount)
        return made


def _baseline(variable: Variable, known: ForecastInputs) -> Baseline:
    """Return the baseline with its correction of guidance, where there is enough of it."""
    if known.guidance is not None:
        try:
            return Baseline.fit(variable, Sources(guidance=True), known)
        except NotEnoughData:
            pass  # fewer than 60 days of guidance: it is forecast raw alone
    return Baseline.fit(variable, Sources(), known)


def _quantiles(
    errors: Mapping[Issuer, FloatArray], dates: DateArray
) -> dict[Issuer, ResidualQuantiles | RainAmounts]:
    found: dict[Issuer, ResidualQuantiles | RainAmounts] = {}
    for name, table in errors.items():
        whole = np.flatnonzero(np.isfinite(table).all(axis=1))[-_ERROR_DAYS:]
        try:
            found[name] = ResidualQuantiles.fit(table[whole], dates[whole])
        except NotEnoughData:
            continue
    return found


def _with_value(forecast: VariableForecast, value: FloatArray) -> VariableForecast:
    """Return a forecast of other values, its intervals widened to hold them."""
    return replace(
        forecast,
        value=value,
        lower_80=np.minimum(forecast.lower_80, value),
        upper_80=np.maximum(forecast.upper_80, value),
        lower_95=np.minimum(forecast.lower_95, value),
        upper_95=np.maximum(forecast.upper_95, value),
    )
