"""A good candidate for gate drills, made of made-up weather without any server."""

from dataclasses import replace
from uuid import UUID

import numpy as np

from registry_gate.drills.specimen import Specimen
from registry_gate.evidence import Dossier
from shared.forecasting.cases import PairedCases
from shared.forecasting.documents import ModelDocument
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import Variable
from tests.support.database import SITE_ID
from tests.support.models import make_artifact, make_cases
from tests.support.weather import made_up_history

_HOT_QUANTILE = 0.95


def with_hot_days(cases: PairedCases) -> PairedCases:
    """Return cases that know their hot days, as a trainer's do."""
    return replace(cases, is_hot=cases.observed > np.quantile(cases.observed, _HOT_QUANTILE))


def good_specimen(variable: Variable) -> Specimen:
    """Return a candidate with nothing wrong: damped persistence, as its backtest claims."""
    history = made_up_history()
    artifact = make_artifact(history, variable)
    cases = with_hot_days(make_cases(history, variable, error_scale=0.9))
    dossier = Dossier(
        candidate_id=UUID(int=1),
        site_id=SITE_ID,
        variable=variable,
        artifact_uri="runs:/one/model",
        artifact_sha256=artifact.sha256,
        feature_fingerprint=ModelDocument.from_json(artifact.document).feature_fingerprint,
        train_cutoff=history.last_date,
        newest_observed=history.last_date,
        metrics=cases.metrics() | {"completeness": 1.0},
        cases=cases,
        champion_id=None,
        champion_cases=None,
        champion_age_days=None,
    )
    return Specimen.of(dossier, artifact, ForecastInputs(history))
