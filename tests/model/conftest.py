"""Models to be questioned: trained once, on real weather or, where there is none, simulated."""

import csv
from dataclasses import dataclass
from datetime import date

import pytest

from collector.simulator.climate import MARRAKECH
from collector.simulator.weather import simulate
from collector.stand_in.query import Place
from shared.adapters.onnx_regressor import OnnxRegressor
from shared.forecasting.cases import PairedCases
from shared.forecasting.documents import ModelDocument
from shared.forecasting.families import Family
from shared.forecasting.forecast import make_forecast
from shared.forecasting.history import DailyHistory
from shared.forecasting.variable_forecast import VariableForecast
from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from tests.support.data import REAL_WEATHER
from trainer.modelling.contender import Task, Workshop
from trainer.modelling.families import FAMILIES


@dataclass(frozen=True)
class Model:
    """A trained model, loaded as the API loads it."""

    document: ModelDocument
    regressor: OnnxRegressor
    cases: PairedCases

    def forecast(self, history: DailyHistory, day: date) -> VariableForecast:
        """Forecast from a reference date."""
        return make_forecast(self.document, self.regressor, history, day)


def simulated(place: Place, *, years: int) -> DailyHistory:
    """Return simulated weather of a place, the last years up to 2024."""
    first, last = date(2025 - years, 1, 1), date(2024, 12, 31)
    return DailyHistory(first, simulate(place, first, last))


def trained(history: DailyHistory, variable: Variable, family: Family) -> Model:
    """Train a family's defaults."""
    method = FAMILIES[family]
    task = Task("marrakech", variable, history, method, seed=1, git_commit="test")
    contender = Workshop(task).make_contender(lambda _: method.defaults)
    document = ModelDocument.from_json(contender.artifact.document)
    return Model(document, OnnxRegressor(contender.artifact.onnx), contender.cases)


@pytest.fixture(scope="session")
def marrakech() -> DailyHistory:
    """Return the weather of Marrakech: observed if `../shared/data` is there, else simulated."""
    if not REAL_WEATHER.exists():
        return simulated(MARRAKECH, years=10)
    with REAL_WEATHER.open(encoding="utf-8", newline="") as file:
        return DailyHistory.from_days(
            {
                date.fromisoformat(row["date"]): {
                    variable: float(row[variable]) for variable in Variable if row.get(variable)
                }
                for row in csv.DictReader(file)
            }
        )


@pytest.fixture(scope="session")
def models(marrakech: DailyHistory) -> dict[Variable, Model]:
    """Train a linear model, the family that wins there, of every variable of Marrakech."""
    return {
        variable: trained(marrakech, variable, Family.LINEAR_REGRESSION)
        for variable in FORECAST_VARIABLES
    }


@pytest.fixture(scope="session")
def southern() -> DailyHistory:
    """Simulate a place as far south as Marrakech is north."""
    return simulated(Place(-31.63, 116.0, 100.0), years=5)


def pytest_report_header() -> str:
    """Say which weather the models of this tier are trained on."""
    found = "observed (../shared/data)" if REAL_WEATHER.exists() else "simulated"
    return f"weather of the model tests: {found}"
