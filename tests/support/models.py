"""Real, tiny model artifacts: damped persistence, plus a constant where a test wants one.

They go through every check a trained model goes through, and take milliseconds to make.
"""

import hashlib

import numpy as np
import onnx
from onnx import TensorProto, helper

from shared.adapters.artifacts import Artifact
from shared.forecasting.baseline import Baseline
from shared.forecasting.calibration import ProbabilityCalibration
from shared.forecasting.cases import PairedCases
from shared.forecasting.documents import Lineage, ModelDocument, Recipe, SmokeTest
from shared.forecasting.families import Family
from shared.forecasting.features import (
    FeatureSpecification,
    Layout,
    build_features,
    has_features,
)
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.intervals import ResidualQuantiles
from shared.forecasting.rain import RainAmounts
from shared.forecasting.references import ClimatologyForecaster, PersistenceForecaster
from shared.forecasting.series import target_series, targets_by_lead
from shared.forecasting.sources import Sources
from shared.forecasting.variables import LEAD_DAYS, Variable

_SMOKE_CASES = 3


def constant_onnx(n_features: int, constant: float) -> bytes:
    """Return a graph that answers seven times the constant for every row of features."""
    leads = len(LEAD_DAYS)
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["features", "weights", "bias"], ["forecasts"])],
        "constant",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, n_features])],
        [helper.make_tensor_value_info("forecasts", TensorProto.FLOAT, [None, leads])],
        [
            helper.make_tensor(
                "weights", TensorProto.FLOAT, [n_features, leads], [0.0] * n_features * leads
            ),
            helper.make_tensor("bias", TensorProto.FLOAT, [leads], [constant] * leads),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def make_document(
    history: DailyHistory, variable: Variable, *, constant: float = 0.0, site_id: str = "marrakech"
) -> tuple[ModelDocument, bytes]:
    """Return the document and the graph of a damped-persistence model of a variable."""
    known = ForecastInputs(history)
    sources = Sources.of(variable, known)
    specification = FeatureSpecification(target=variable, sources=sources, layout=Layout.WIDE)
    baseline = Baseline.fit(variable, sources, known)
    features = build_features(specification, baseline, known)
    examples = features[has_features(features)][-_SMOKE_CASES:]
    graph = constant_onnx(len(specification.names), constant)
    is_rain = variable is Variable.PRECIPITATION
    document = ModelDocument(
        site_id=site_id,
        recipe=Recipe(
            family=Family.LINEAR_REGRESSION,
            hyperparameters={},
            seed=0,
        ),
        specification=specification,
        feature_names=specification.names,
        feature_fingerprint=specification.fingerprint,
        baseline=baseline,
        residual_quantiles=None if is_rain else _quantiles(history, variable, baseline),
        rain_amounts=(
            RainAmounts.fit(history.dates, history.column(variable)) if is_rain else None
        ),
        calibration=ProbabilityCalibration() if is_rain else None,
        metrics={},
        lineage=Lineage(
            train_cutoff=history.last_date,
            training_cases=len(examples),
            data_hash=history.content_hash(),
            git_commit="test",
            versions={},
        ),
        smoke_test=SmokeTest(
            features=tuple(tuple(map(float, row)) for row in examples),
            outputs=((float(np.float32(constant)),) * len(LEAD_DAYS),) * len(examples),
        ),
        regressor_sha256=hashlib.sha256(graph).hexdigest(),
    )
    return document, graph


def make_artifact(
    history: DailyHistory, variable: Variable, *, constant: float = 0.0, site_id: str = "marrakech"
) -> Artifact:
    """Return the artifact of a damped-persistence model of a variable."""
    document, graph = make_document(history, variable, constant=constant, site_id=site_id)
    return Artifact(document.to_json().encode(), graph)


def make_deviating_artifact(history: DailyHistory, variable: Variable) -> Artifact:
    """Return an artifact, digests and all, whose graph is not the one its smoke test was of."""
    document, _ = make_document(history, variable)
    _, other = make_document(history, variable, constant=5.0)
    digest = hashlib.sha256(other).hexdigest()
    deviating = document.model_copy(update={"regressor_sha256": digest})
    return Artifact(deviating.to_json().encode(), other)


def make_cases(
    history: DailyHistory, variable: Variable, *, error_scale: float = 1.0, days: int = 365
) -> PairedCases:
    """Return the paired cases of a model as good as its errors are scaled.

    Parameters
    ----------
    error_scale : float
        1 leaves damped persistence as it is, 0.5 halves each of its errors.
    """
    baseline = Baseline.fit(variable, Sources(), ForecastInputs(history))
    dates, series = history.dates, target_series(variable, history.column(variable))
    observed = targets_by_lead(series)
    kept = np.flatnonzero(~np.isnan(observed).any(axis=1))[-days:]
    damped = baseline.damped_persistence.forecast(dates, series)
    climatology = ClimatologyForecaster(climatology=baseline.damped_persistence.climatology)
    inside = np.zeros((len(kept), len(LEAD_DAYS)), bool)
    inside[::5] = True
    return PairedCases(
        reference_dates=dates[kept],
        observed=observed[kept],
        forecast=(observed + error_scale * (damped - observed))[kept],
        climatology=climatology.forecast(dates, series)[kept],
        persistence=PersistenceForecaster().forecast(dates, series)[kept],
        damped_persistence=damped[kept],
        inside_80=~inside,
        inside_95=np.ones_like(inside),
    )


def _quantiles(history: DailyHistory, variable: Variable, baseline: Baseline) -> ResidualQuantiles:
    series = target_series(variable, history.column(variable))
    errors = targets_by_lead(series) - baseline.damped_persistence.forecast(history.dates, series)
    return ResidualQuantiles.fit(errors[~np.isnan(errors).any(axis=1)])
