"""What came of it, as far as a test says so: the pages' fake of the chronicle."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from api.answers.chronicle import Earlier, Work
from shared.forecasting.variables import Variable
from shared.forecasting.verification import Verified


@dataclass
class FakeChronicle:
    """Stands in for what came of it: nothing, unless a test says so."""

    earlier_forecasts: dict[Variable, Earlier] = field(default_factory=dict)
    turnout: dict[Variable, Verified] = field(default_factory=dict)
    at_work: Work = field(default_factory=lambda: Work([], [], [], [], None))
    error: Exception | None = None

    def _answer(self) -> None:
        if self.error is not None:
            raise self.error

    def earlier(self, site_id: str, before: date) -> dict[Variable, Earlier]:
        """Return the forecasts before."""
        del site_id, before
        self._answer()
        return self.earlier_forecasts

    def verified(self, site_id: str, variable: Variable, since: date) -> Verified:
        """Return what came of the forecasts."""
        del site_id, since
        self._answer()
        nothing = np.array([])
        empty = Verified(variable, nothing.astype("datetime64[D]"), nothing, nothing.astype(bool))
        return self.turnout.get(variable, empty)

    def work(self, site_id: str) -> Work:
        """Return what is being done."""
        del site_id
        self._answer()
        return self.at_work
