"""What every check gives: the values it does not believe, each with its reason."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import VARIABLES, Variable


class Suspicion(NamedTuple):
    """A value that is not believed: the variable, its position in the history, and why."""

    variable: Variable
    position: int
    reason: str


#: Looks at the days in [start, stop) of a history, the others being their context.
Find = Callable[[DailyHistory, slice], Iterable[Suspicion]]


def reading(variable: Variable, value: float) -> str:
    """Return a value as people read it.

    Examples
    --------
    >>> reading(Variable.TEMPERATURE_MAX, 31.5)
    'temperature_2m_max 31.5 °C'
    """
    return f"{variable} {value:g} {VARIABLES[variable].unit}"
