"""Makes the forecasts of a site: of every model of the cast and of every reference."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import structlog

from registry_gate.issuing.cast import Part
from registry_gate.issuing.models import LoadedModels
from registry_gate.issuing.references import References
from shared.contracts.issuers import Issuer
from shared.errors import ArtifactRefused, NotEnoughData
from shared.forecasting.forecast import make_forecast
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variable_forecast import VariableForecast
from shared.forecasting.variables import FORECAST_VARIABLES, Variable

log = structlog.get_logger()


@dataclass(frozen=True)
class Issued:
    """A forecast, and who made it: a model in its part, or a reference without one."""

    issuer: Issuer
    forecast: VariableForecast
    part: Part | None = None


#: Makes the forecasts of a site, as `make_issued` does.
MakeIssued = Callable[[ForecastInputs, Sequence[Part], LoadedModels, date], list[Issued]]


def make_issued(
    known: ForecastInputs, cast: Sequence[Part], models: LoadedModels, reference_date: date
) -> list[Issued]:
    """Return all forecasts that can be made from a reference date.

    What cannot be made, for want of observations or of a sound artifact, is left out: verification
    compares identical cases, so a gap favours nobody.
    """
    made = [(part, model_forecast(known, part, models)) for part in cast]
    from_models = [Issued(part.issuer, told, part) for part, told in made if told is not None]
    return [*from_models, *reference_forecasts(known, reference_date)]


def reference_forecasts(known: ForecastInputs, reference_date: date) -> list[Issued]:
    """Return the forecasts of the references of every variable."""
    return [
        Issued(issuer, forecast)
        for variable in FORECAST_VARIABLES
        for issuer, forecast in _of_references(known, variable, reference_date).items()
    ]


def model_forecast(
    known: ForecastInputs, part: Part, models: LoadedModels
) -> VariableForecast | None:
    """Return what a model forecasts from the newest day, if it can."""
    try:
        document, regressor = models.get(part.artifact_uri, part.artifact_sha256)
        forecast = make_forecast(document, regressor, known, known.own.last_date)
    except (ArtifactRefused, NotEnoughData) as error:
        log.warning("no forecast", variable=part.variable, issuer=part.issuer, reason=str(error))
        return None
    return forecast if np.isfinite(forecast.value).all() else None


def _of_references(
    known: ForecastInputs, variable: Variable, reference_date: date
) -> dict[Issuer, VariableForecast]:
    try:
        return References.fit(variable, known).forecasts(known, reference_date)
    except NotEnoughData:
        return {}
