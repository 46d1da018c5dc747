"""Workshops that remember: what the training of one week fits, that of the next need not.

Folds begin on the first of a month, so their fits stay the same for weeks; what is found again is
exactly what would be made again, since everything that goes into it is part of its key.
"""

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

import numpy as np

from local.replay.kept import Kept
from shared.forecasting.arrays import FloatArray
from shared.forecasting.backtest import Fit, Fold, PreparedFold, TrainingSet, prepare_fold
from shared.forecasting.model import FittedModel, Regressor
from shared.forecasting.variables import HORIZON_DAYS
from trainer.modelling.contender import Task, Workshop
from trainer.modelling.families import Hyperparameters

# Of each pair of variable and family. The folds of a year and of the tuning are 15 or 16, and one
# or two are new each week; a past is asked for again when its month leaves the year.
_FOLDS_A_PAIR, _PASTS_A_PAIR = 20, 60
# The tasks of a week know the same, and look at some thirty days of it.
_HASHES_A_PAIR = 60


@dataclass(frozen=True)
class NamedFit:
    """A fit that can be recognised."""

    name: str
    fit: Fit

    def __call__(self, training: TrainingSet) -> Regressor:
        """Fit a training set."""
        return self.fit(training)


@dataclass(frozen=True, eq=False)
class KeptFold(PreparedFold):
    """A fold that remembers its forecasts, and the fits of all folds with its past.

    Its training set is not kept, since it is large: it is prepared again for what is new.
    """

    again: Callable[[], PreparedFold]
    fits: dict[str, Regressor]
    forecasts: dict[str, FloatArray] = field(default_factory=dict)

    def forecast(self, fit: Fit) -> FloatArray:
        """Return the forecasts by a fit, made if they are new."""
        if not isinstance(fit, NamedFit):
            return self.again().forecast(fit)
        if fit.name not in self.forecasts:
            if fit.name not in self.fits:
                self.fits[fit.name] = fit(self.again().training)
            fitted = FittedModel(self.specification, self.baseline, self.fits[fit.name])
            self.forecasts[fit.name] = self.test(fitted)
        return self.forecasts[fit.name]


class Memory:
    """What the workshops of a process remember.

    Parameters
    ----------
    pairs : int
        Of a site, a variable and a family that the process makes contenders for, at most.

    Attributes
    ----------
    fits : Kept
        By the past they were made of and by their name.
    hashes : Kept
        Of what was known until a day, by the hash of all that is known.
    """

    def __init__(self, pairs: int) -> None:
        self.folds: Kept[KeptFold] = Kept(_FOLDS_A_PAIR * pairs)
        self.fits: Kept[dict[str, Regressor]] = Kept(_PASTS_A_PAIR * pairs)
        self.hashes: Kept[str] = Kept(_HASHES_A_PAIR * pairs)


class KeptWorkshop(Workshop):
    """A workshop that asks a memory first."""

    def __init__(self, task: Task, memory: Memory) -> None:
        self._memory = memory
        self._known_hash = task.inputs.content_hash()
        super().__init__(task)

    def _fit(self, hyperparameters: Hyperparameters, seed: int) -> Fit:
        name = json.dumps([seed, dict(hyperparameters)], sort_keys=True)
        return NamedFit(name, super()._fit(hyperparameters, seed))

    def _prepared(self, fold: Fold) -> PreparedFold:
        specification = self._specification.model_dump_json()
        family = self._task.method.family
        past = (family, specification, self._hash_until(fold.origin), fold.train.tobytes())
        # The forecasts of a day are compared with the seven after it.
        last = int(fold.test[-1]) + HORIZON_DAYS
        key = (*past, self._hash_until(last), fold.test.tobytes())
        return self._memory.folds.get(key, lambda: self._kept(fold, past))

    def _kept(self, fold: Fold, past: Hashable) -> KeptFold:
        inputs, specification = self._task.inputs, self._specification

        def prepare() -> PreparedFold:
            return prepare_fold(specification, inputs, fold)

        prepared = prepare()
        kept = vars(prepared) | {"training": _without_rows(prepared.training)}
        return KeptFold(**kept, again=prepare, fits=self._memory.fits.get(past, dict))

    def _hash_until(self, position: int) -> str:
        known = self._task.inputs

        def made() -> str:
            last = known.own.dates[min(position, known.own.n_days - 1)].item()
            return known.until(last).content_hash()

        return self._memory.hashes.get((self._known_hash, position), made)


def _without_rows(training: TrainingSet) -> TrainingSet:
    return TrainingSet(
        inputs=training.inputs[:0].copy(),
        targets=training.targets[:0].copy(),
        weights=np.empty(0),
        is_event=training.is_event,
    )
