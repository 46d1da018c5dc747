"""Which of all that is known a model looks at: own variables, series of neighbours, guidance.

What is absent is left out and changes the fingerprint; it is never a zero.
"""

from typing import Self

import numpy as np

from shared.forecasting.arrays import BoolArray, DateArray, FloatArray
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.record import Record
from shared.forecasting.series import input_series
from shared.forecasting.variables import CIRCULAR, Variable

# A series is used where it is there: on this share of the days on which the target was observed,
# both ever and lately (days). A model with an input that has dried up could not be served.
_SHARE = 0.9
_LATELY_DAYS = 90
# Guidance is kept for a few years only; with fewer reference dates than this nothing is learned.
_FEWEST_GUIDED = 400

#: What of a neighbour tells of weather on its way, beside the target itself.
NEIGHBOUR_VARIABLES = (
    Variable.TEMPERATURE_MAX,
    Variable.TEMPERATURE_MIN,
    Variable.PRECIPITATION,
    Variable.HUMIDITY_MEAN,
    Variable.SURFACE_PRESSURE_MEAN,
)


class NeighbourSeries(Record):
    """A variable of a neighbour."""

    place_id: str
    variable: Variable

    @property
    def name(self) -> str:
        """What features made of it are named after."""
        return f"{self.place_id}.{self.variable}"


class Sources(Record):
    """What a model looks at beside the past of its target.

    Attributes
    ----------
    inputs : tuple of Variable
        The site's other series; for precipitation, its own amounts are among them.
    neighbours : tuple of NeighbourSeries
    guidance : bool
        Whether the first guess is corrected guidance.
    """

    inputs: tuple[Variable, ...] = ()
    neighbours: tuple[NeighbourSeries, ...] = ()
    guidance: bool = False

    @classmethod
    def of(cls, target: Variable, known: ForecastInputs) -> Self:
        """Return everything that is there to help to forecast a variable."""
        wanted = ~np.isnan(known.own.column(target))
        dates = known.own.dates[wanted]
        if not dates.size:
            return cls()
        others = (name for name in Variable if _can_help(name, target))
        wanted_near = {target, *NEIGHBOUR_VARIABLES}
        return cls(
            inputs=tuple(name for name in others if _is_kept_up(known.own.on(name, dates))),
            neighbours=tuple(
                NeighbourSeries(place_id=near.place_id, variable=name)
                for near in known.neighbours
                for name in Variable
                if name in wanted_near and _is_kept_up(near.history.on(name, dates))
            ),
            guidance=_is_guided(known, target, dates),
        )

    def compact(self, target: Variable) -> "Sources":
        """Return these with no more of the neighbours than the target itself.

        Trees gain nothing from more and take several times as long.
        """
        kept = tuple(series for series in self.neighbours if series.variable is target)
        return self.model_copy(update={"neighbours": kept})

    def poorer(self) -> "tuple[Sources, ...]":
        """Return what is left when neighbours, guidance or both are missing, the best first."""
        alone = self.model_copy(update={"neighbours": (), "guidance": False})
        guided = alone.model_copy(update={"guidance": self.guidance})
        surrounded = alone.model_copy(update={"neighbours": self.neighbours})
        return tuple(dict.fromkeys(kind for kind in (guided, surrounded, alone) if kind != self))

    def neighbour_series(self, known: ForecastInputs) -> dict[str, FloatArray]:
        """Return what neighbours observed on the site's own days by name, (n_days,) each."""
        histories = {near.place_id: near.history for near in known.neighbours}
        nothing = np.full(known.own.n_days, np.nan)
        return {
            series.name: (
                input_series(
                    series.variable,
                    histories[series.place_id].on(series.variable, known.own.dates),
                )
                if series.place_id in histories
                else nothing
            )
            for series in self.neighbours
        }


def _can_help(name: Variable, target: Variable) -> bool:
    return name not in CIRCULAR and (name is not target or name is Variable.PRECIPITATION)


def _is_kept_up(values: FloatArray) -> bool:
    """Say whether a series is there on nearly all days on which the target was observed."""
    return _is_nearly_all(~np.isnan(values)) and _is_nearly_all(~np.isnan(values[-_LATELY_DAYS:]))


def _is_nearly_all(present: BoolArray) -> bool:
    return bool(present.mean() >= _SHARE)


def _is_guided(known: ForecastInputs, target: Variable, dates: DateArray) -> bool:
    complete: BoolArray = ~np.any(np.isnan(known.guidance_on(target, dates)), axis=1)
    return bool(complete.sum() >= _FEWEST_GUIDED) and _is_nearly_all(complete[-_LATELY_DAYS:])
