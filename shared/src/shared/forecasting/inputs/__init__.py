"""What a forecast may know: a site's own history, its neighbourhood, and guidance for it."""

from shared.forecasting.inputs.forecast_inputs import ForecastInputs, Known, inputs_of
from shared.forecasting.inputs.guidance import Guidance
from shared.forecasting.inputs.neighbours import Neighbour

__all__ = ["ForecastInputs", "Guidance", "Known", "Neighbour", "inputs_of"]
