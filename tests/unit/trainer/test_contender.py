"""Contenders: tuned before the backtest year, exported faithfully, the same from the same data."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from shared.adapters.onnx_regressor import OnnxRegressor
from shared.errors import ArtifactRefused, NotEnoughData
from shared.forecasting.arrays import Float32Array, FloatArray
from shared.forecasting.documents import ModelDocument
from shared.forecasting.families import Family
from shared.forecasting.forecast import PARITY_TOLERANCE, check_regressor, make_forecast
from shared.forecasting.history import DailyHistory
from shared.forecasting.linear import LinearMap
from shared.forecasting.variables import Variable
from tests.support.weather import made_up_history
from trainer.modelling.contender import Contender, Objective, Task, Workshop
from trainer.modelling.export import export_onnx
from trainer.modelling.families import FAMILIES, Hyperparameters

HISTORY = made_up_history(days=800)
MAXIMUM, RAIN = Variable.TEMPERATURE_MAX, Variable.PRECIPITATION


def task(
    family: Family = Family.LINEAR_REGRESSION,
    variable: Variable = MAXIMUM,
    history: DailyHistory = HISTORY,
) -> Task:
    return Task("marrakech", variable, history, FAMILIES[family], seed=1, git_commit="test")


def made(task: Task) -> Contender:
    """Make a contender with the family's defaults."""
    return Workshop(task).make_contender(lambda _: task.method.defaults)


@pytest.mark.parametrize("variable", [MAXIMUM, RAIN])
@pytest.mark.parametrize("family", Family)
def test_artifact_answers_as_the_fitted_model_and_serves(
    family: Family, variable: Variable
) -> None:
    contender = made(task(family, variable))
    contender.artifact.check(contender.artifact.sha256)
    document = ModelDocument.from_json(contender.artifact.document)
    assert document == contender.document
    regressor = OnnxRegressor(contender.artifact.onnx)
    check_regressor(document, regressor)
    forecast = make_forecast(document, regressor, HISTORY, HISTORY.last_date)
    assert np.isfinite(forecast.value).all()
    assert len(contender.artifact.onnx) < 5_000_000


def test_document_tells_where_the_model_comes_from() -> None:
    document = made(task()).document
    # The last reference date with seven observed days behind it is 22 November less seven days.
    assert document.lineage.train_cutoff == HISTORY.last_date
    assert document.lineage.data_hash == HISTORY.content_hash()
    assert set(document.lineage.versions) == {
        "numpy",
        "scikit-learn",
        "skl2onnx",
        "onnxruntime",
    }
    assert document.metrics["completeness"] == 1.0
    assert document.metrics["cases"] == (800 - 29 - 7) // 3


@pytest.mark.parametrize("family", Family)
def test_same_data_and_seed_make_the_same_artifact(family: Family) -> None:
    first, second = made(task(family)), made(task(family))
    assert first.artifact.sha256 == second.artifact.sha256
    assert first.artifact.onnx == second.artifact.onnx


DIGEST_OF_A_GRAPH = """
import numpy as np
from hashlib import sha256
from trainer.modelling.export import _convert
from sklearn.ensemble import RandomForestRegressor
rows = np.random.default_rng(1).normal(size=(60, 4))
forest = RandomForestRegressor(2, random_state=1).fit(rows, rows)
print(sha256(_convert(forest, 4, 4)).hexdigest())
"""


def test_graph_of_a_model_is_the_same_in_every_process() -> None:
    # Python orders sets of texts anew in every process, and skl2onnx writes such a set down.
    digests = {
        subprocess.run(  # noqa: S603 - this interpreter
            [sys.executable, "-c", DIGEST_OF_A_GRAPH],
            capture_output=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(digests) == 1


def errors_of_two_trials(history: DailyHistory) -> list[float]:
    """Return what a tuner would see of two recipes."""
    seen: list[float] = []

    def tune(objective: Objective) -> Hyperparameters:
        strengths = (30.0, 300.0)
        for strength in strengths:
            seen.extend(objective({"first_alpha": strength, "last_alpha": 10 * strength}))
        return {"first_alpha": 30.0, "last_alpha": 300.0}

    Workshop(task(history=history)).make_contender(tune)
    return seen


def test_tuning_does_not_change_when_the_backtest_year_does() -> None:
    # The forerunner tuned on its test set.
    backtest_days = (800 - 29 - 7) // 3 + 7 - 1  # and the seven days its last targets lie in
    column = HISTORY.column(MAXIMUM).copy()
    column[-backtest_days:] += 20.0
    changed = replace(HISTORY, values={**HISTORY.values, MAXIMUM: column})
    assert errors_of_two_trials(changed) == errors_of_two_trials(HISTORY)


def test_recipe_of_the_champion_is_backtested_on_the_very_same_cases() -> None:
    # The forerunner's gate never saw the production model.
    workshop = Workshop(task())
    contender = workshop.make_contender(lambda _: task().method.defaults)
    weaker = contender.document.recipe.model_copy(
        update={"hyperparameters": {"first_alpha": 1e7, "last_alpha": 1e7}}
    )
    champion = workshop.backtest(weaker)
    np.testing.assert_array_equal(champion.reference_dates, contender.cases.reference_dates)
    np.testing.assert_array_equal(champion.observed, contender.cases.observed)
    np.testing.assert_array_equal(champion.damped_persistence, contender.cases.damped_persistence)
    assert not np.array_equal(champion.forecast, contender.cases.forecast)


def test_a_short_history_makes_no_contender() -> None:
    with pytest.raises(NotEnoughData):
        Workshop(task(history=made_up_history(days=200)))


class Drifting(LinearMap):
    """A regressor whose answers are not those of the graph made of it."""

    def predict(self, features: Float32Array) -> FloatArray:
        drifted: FloatArray = super().predict(features) + 2 * PARITY_TOLERANCE
        return drifted


def test_graph_that_does_not_reproduce_the_fitted_model_is_refused() -> None:
    features = np.random.default_rng(1).normal(size=(300, 4)).astype(np.float32)
    fitted = LinearMap.of(np.arange(7.0), np.ones((4, 7)))
    export_onnx(fitted, features)
    with pytest.raises(ArtifactRefused, match="off the fitted model"):
        export_onnx(Drifting(**fitted.model_dump()), features)
