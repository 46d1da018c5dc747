"""Pruning: a trial ends early when it has fallen behind the family's defaults.

Optuna's own pruners compare a trial with those that happen to have run before it, so what is pruned
would depend on how many trainers there are. The defaults are the same for all. A trial that ran to
its end because they were not known yet is ruled out afterwards by the same rule, so whether it was
cut short changes how long a study takes, never what comes of it.
"""

from collections.abc import Mapping

from optuna import Study
from optuna.pruners import BasePruner
from optuna.trial import FrozenTrial, TrialState

#: User attribute of a trial: the place of its point in the list of those to try.
POINT = "point"
_DEFAULTS = 0  # the first of them

# So much worse than the defaults in a part of the tuning year, a recipe is not worth the rest.
_FAR_BEHIND = 0.01


class BehindDefaults(BasePruner):  # type: ignore[misc]  # Optuna is untyped here
    """Prunes what is more than 1 % worse than the defaults in the same part of the tuning year."""

    def __init__(self) -> None:
        self._reference: Mapping[int, float] = {}

    def prune(self, study: Study, trial: FrozenTrial) -> bool:
        """Say whether a running trial has fallen behind."""
        if not self._reference:  # each look costs queries; once known it stays
            complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
            self._reference = reference_course({t.user_attrs[POINT]: t for t in complete})
        return is_behind(trial.intermediate_values, self._reference)


def reference_course(ended: Mapping[int, FrozenTrial]) -> Mapping[int, float]:
    """Return the errors of the defaults by step; nothing where they have not been tried yet."""
    return ended[_DEFAULTS].intermediate_values if _DEFAULTS in ended else {}


def is_behind(course: Mapping[int, float], reference: Mapping[int, float]) -> bool:
    """Say whether errors by step were in any step far above those of the defaults."""
    return any(
        step in reference and error > reference[step] * (1.0 + _FAR_BEHIND)
        for step, error in course.items()
    )
