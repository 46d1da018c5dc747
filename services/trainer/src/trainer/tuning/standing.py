"""How a study stands: what was tried, what is being tried, what waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optuna import Study
from optuna.trial import FrozenTrial, TrialState

from trainer.tuning.pruning import POINT

_ENDED = (TrialState.COMPLETE, TrialState.PRUNED)


@dataclass(frozen=True)
class Standing:
    """The trials of a study at one moment, read at once since each look costs queries.

    Attributes
    ----------
    ended : mapping of int to FrozenTrial
        By the place of their point; a point that was tried twice had the same result.
    """

    ended: Mapping[int, FrozenTrial]
    running: Sequence[FrozenTrial]
    waiting: Sequence[FrozenTrial]

    @classmethod
    def of(cls, study: Study) -> "Standing":
        """Read how a study stands."""
        # A trial without a point found nothing left to try.
        trials = [trial for trial in study.get_trials(deepcopy=False) if POINT in trial.user_attrs]
        return cls(
            ended={trial.user_attrs[POINT]: trial for trial in trials if trial.state in _ENDED},
            running=[trial for trial in trials if trial.state is TrialState.RUNNING],
            waiting=[trial for trial in trials if trial.state is TrialState.WAITING],
        )

    @property
    def taken(self) -> set[int]:
        """Places of the points that were tried, are, or are about to be."""
        return set(self.ended) | {t.user_attrs[POINT] for t in (*self.running, *self.waiting)}

    @property
    def seconds_spent(self) -> float:
        """How long the trials that have ended took together."""
        return sum(map(_seconds, self.ended.values()))

    @property
    def seconds_left(self) -> float:
        """How long those that wait would take one trainer."""
        return self.seconds_spent / max(len(self.ended), 1) * len(self.waiting)

    @property
    def longest_seconds(self) -> float:
        """How long the longest trial took."""
        return max(map(_seconds, self.ended.values()), default=0.0)


def _seconds(trial: FrozenTrial) -> float:
    return trial.duration.total_seconds() if trial.duration else 0.0
