"""Describing a contender for the record: its manifest, parameters, metrics and plots."""

import json
from collections.abc import Mapping
from uuid import UUID

import numpy as np

from shared.adapters.onnx_regressor import OnnxRegressor
from shared.forecasting.features import build_features
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.model import FittedModel
from trainer.importance import importances
from trainer.modelling.contender import Contender
from trainer.ports import DataFacts, RunRecord
from trainer.record.plots import plots_of
from trainer.tuning import Tuned

MANIFEST_FILE = "manifest.json"


def describe(
    contender: Contender,
    tuned: Tuned,
    *,
    training_id: UUID,
    inputs: ForecastInputs | None,
    data: DataFacts,
    seconds: float,
) -> RunRecord:
    """Return what is written down of a contender.

    Parameters
    ----------
    inputs : ForecastInputs or None
        What it was made of, for the plots; None where none are wanted.
    seconds : float
        Processor time its making took.
    """
    document = contender.document
    lineage = document.lineage
    manifest = {
        "site_id": document.site_id,
        "variable": document.variable,
        "family": document.family,
        "hyperparameters": document.recipe.hyperparameters,
        "seed": document.recipe.seed,
        "trials": tuned.trials,
        "trials_pruned": tuned.pruned,
        "data_sha256": data.digest,
        "data_known_at": data.known_at,
        "provenance": data.provenance,
        "train_cutoff": lineage.train_cutoff.isoformat(),
        "training_cases": lineage.training_cases,
        "feature_fingerprint": document.feature_fingerprint,
        "git_commit": lineage.git_commit,
        "versions": lineage.versions,
        "artifact_sha256": contender.artifact.sha256,
    }
    shown = ("seed", "trials", "trials_pruned", "train_cutoff", "training_cases", "provenance")
    return RunRecord(
        site_id=document.site_id,
        training_id=training_id,
        document=document,
        artifact=contender.artifact,
        data=data,
        parameters={
            **document.recipe.hyperparameters,
            **{name: manifest[name] for name in shown},
            "features": len(document.feature_names),
        },
        metrics=document.metrics
        | {"training_seconds": seconds, "tuning_seconds": tuned.processor_seconds},
        tags={
            "climate.data_hash": data.digest,
            "climate.git_commit": lineage.git_commit,
            "climate.feature_fingerprint": document.feature_fingerprint,
            **{f"climate.version.{name}": found for name, found in lineage.versions.items()},
        },
        files={
            MANIFEST_FILE: json.dumps(manifest, indent=1).encode(),
            **(_plots(contender, inputs) if inputs is not None else {}),
        },
    )


def _plots(contender: Contender, inputs: ForecastInputs) -> Mapping[str, bytes]:
    document = contender.document
    regressor = OnnxRegressor(contender.artifact.onnx)
    model = FittedModel(document.specification, document.baseline, regressor)
    features = build_features(document.specification, document.baseline, inputs)
    tested = np.isin(inputs.own.dates, contender.cases.reference_dates)
    dates = inputs.own.dates[tested]
    found = importances(
        model,
        dates,
        features[tested],
        document.baseline.first_guess(inputs, dates),
        seed=document.recipe.seed,
    )
    drawn = plots_of(document.variable, contender.cases, found)
    return {f"plots/{name}": content for name, content in drawn.items()}
