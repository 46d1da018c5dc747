"""The API's own model as MLflow serves models: an artifact, and code that asks it.

MLflow runs this file by itself. The history comes in as a table, and the forecast goes out as rows.
"""

from datetime import date
from pathlib import Path
from typing import Any

import mlflow
from mlflow.pyfunc import PythonModel

from shared.adapters.onnx_regressor import OnnxRegressor
from shared.forecasting.documents import ModelDocument
from shared.forecasting.forecast import make_forecast
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable

#: What an answer holds of a day.
COLUMNS = ("value", "lower_80", "upper_80", "lower_95", "upper_95")


class Forecaster(PythonModel):  # type: ignore[misc]  # MLflow is untyped
    """Forecasts from a history, by the very code the API does it with."""

    def load_context(self, context: Any) -> None:  # noqa: ANN401 - MLflow is untyped
        """Read the artifact."""
        document = Path(context.artifacts["document"]).read_text(encoding="utf-8")
        self._document = ModelDocument.from_json(document)
        self._regressor = OnnxRegressor(Path(context.artifacts["onnx"]).read_bytes())

    def predict(self, context: Any, model_input: Any, params: Any = None) -> list[dict[str, Any]]:  # noqa: ANN401 - MLflow is untyped
        """Return the seven days after the last one of the table."""
        del context, params
        first = date.fromisoformat(model_input["time"].iloc[0])
        names = [name for name in model_input.columns if name != "time"]
        history = DailyHistory(first, {Variable(name): model_input[name] for name in names})
        found = make_forecast(self._document, self._regressor, history, history.last_date)
        columns = {name: getattr(found, name).tolist() for name in COLUMNS}
        days = [str(day) for day in found.valid_dates]
        return [
            {"time": day, **dict(zip(columns, row, strict=True))}
            for day, *row in zip(days, *columns.values(), strict=True)
        ]


mlflow.models.set_model(Forecaster())
