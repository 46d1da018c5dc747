"""The reference forecasts of a fold's test cases."""

from shared.forecasting.arrays import DateArray, FloatArray
from shared.forecasting.baseline import Baseline
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.references import ClimatologyForecaster, PersistenceForecaster
from shared.forecasting.series import target_series


def reference_forecasts(
    baseline: Baseline, known: ForecastInputs, dates: DateArray
) -> dict[str, FloatArray]:
    """Return what every reference forecasts on reference dates, by name, shape (n, 7) each.

    Where a model looks at guidance, the guidance as it came (`guidance`) and corrected for its
    usual errors (`corrected_guidance`) are among them.
    """
    series = target_series(baseline.target, known.own.on(baseline.target, dates))
    damped = baseline.damped_persistence
    climatology = ClimatologyForecaster(climatology=damped.climatology)
    found = {
        "climatology": climatology.forecast(dates, series),
        "persistence": PersistenceForecaster().forecast(dates, series),
        "damped_persistence": damped.forecast(dates, series),
    }
    if baseline.guidance_correction is not None:
        raw = known.guidance_on(baseline.target, dates)
        found["guidance"] = target_series(baseline.target, raw)
        found["corrected_guidance"] = baseline.first_guess(known, dates)
    return found
