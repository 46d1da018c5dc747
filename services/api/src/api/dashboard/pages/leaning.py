"""What a served model leans on: how its answers change when a kind of feature is shuffled.

After Fisher, Rudin & Dominici (2019), https://arxiv.org/abs/1801.01489, of the answers rather than
the error; features of a kind are shuffled together, since they stand in for each other.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from api.serving.snapshot import ServedModel
from shared.forecasting.arrays import BoolArray
from shared.forecasting.features import build_features, has_features
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.model import FittedModel

# The newest days that can be used: enough to order a handful of kinds by.
_CASES = 90
_SEED = 0


def leanings(model: ServedModel, known: ForecastInputs) -> Mapping[str, float]:
    """Return for each kind of feature its share of what the model makes of them, largest first.

    Kinds are `own`, `inputs`, `neighbours`, `guidance` and `season`; shares add up to 1. Nothing
    can be said of a model whose features cannot be built, or that answers always the same.
    """
    document = model.document
    features = build_features(document.specification, document.baseline, known)
    there = np.flatnonzero(has_features(features))[-_CASES:]
    if not len(there):
        return {}
    rows, dates = features[there], known.own.dates[there]
    first_guess = document.baseline.first_guess(known, dates)
    fitted = FittedModel(document.specification, document.baseline, model.regressor)
    answers = fitted.correction(dates, rows, first_guess)
    order = np.random.default_rng(_SEED).permutation(len(there))
    changes = {}
    for kind, columns in _kinds([one.name for one in document.specification.features]).items():
        shuffled = rows.copy()
        shuffled[:, columns] = rows[order][:, columns]
        changed = fitted.correction(dates, shuffled, first_guess) - answers
        changes[kind] = float((changed**2).mean())
    return _shares(changes)


def _kinds(names: Sequence[str]) -> dict[str, BoolArray]:

    kinds = np.array([_kind(name) for name in names])
    return {kind: kinds == kind for kind in dict.fromkeys(kinds.tolist())}


def _kind(name: str) -> str:
    if name.startswith("season_"):
        return "season"
    if name.startswith("guidance_"):
        return "guidance"
    if name.startswith("own_"):
        return "own"
    return "neighbours" if "." in name else "inputs"


def _shares(changes: Mapping[str, float]) -> dict[str, float]:
    total = sum(changes.values())
    if not np.isfinite(total) or total <= 0.0:
        return {}
    ordered = sorted(changes.items(), key=lambda change: change[1], reverse=True)
    return {kind: change / total for kind, change in ordered}
