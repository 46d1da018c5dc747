"""Workshops shared by the policies: they train on the same data, so it is done once."""

import json
from collections import OrderedDict

from shared.forecasting.cases import PairedCases
from shared.forecasting.documents import Recipe
from trainer.modelling.contender import Contender, Task, Tune, Workshop

# A week's fits of a site; with the next week they are let go, so memory stays flat.
_MOST_KEPT = 15


class KeptWorkshop(Workshop):
    """A workshop that makes its contender once, and backtests each recipe once."""

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self._made: Contender | None = None
        self._backtests: dict[str, PairedCases] = {}

    def make_contender(self, tune: Tune) -> Contender:
        """Make the contender, or return the one made before of the same data."""
        if self._made is None:
            self._made = super().make_contender(tune)
        else:
            tune(self.tuning_errors)  # a study that has ended answers at once
        return self._made

    def backtest(self, recipe: Recipe) -> PairedCases:
        """Backtest a recipe, or return its cases from before."""
        key = json.dumps([recipe.family, recipe.hyperparameters, recipe.seed], sort_keys=True)
        if key not in self._backtests:
            self._backtests[key] = super().backtest(recipe)
        return self._backtests[key]


class SharedWorkshops:
    """Opens one workshop for all tasks of the same content."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], KeptWorkshop] = OrderedDict()

    def open(self, task: Task) -> Workshop:
        """Return the workshop of a task."""
        data = task.inputs.content_hash()
        key = (task.site_id, task.variable, task.method.family, data, str(task.seed))
        if key not in self._kept:
            self._kept[key] = KeptWorkshop(task)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]
