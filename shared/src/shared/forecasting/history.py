"""A site's observations as every forecast sees them: consecutive days, NaN where missing."""

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import numpy as np

from shared.errors import NotEnoughData
from shared.forecasting.arrays import DateArray, FloatArray
from shared.forecasting.variables import Variable


@dataclass(frozen=True, eq=False)
class DailyHistory:
    """Observations of one site over consecutive days; its arrays cannot be written to.

    Attributes
    ----------
    first_date : date
        The (UTC) day of the first value of every array.
    values : mapping of Variable to ndarray of shape (n_days,)
        In the variable's unit; NaN where nothing was observed.
    """

    first_date: date
    values: Mapping[Variable, FloatArray]

    def __post_init__(self) -> None:
        columns = {name: _kept(column) for name, column in self.values.items()}
        if len({column.shape for column in columns.values()}) > 1:
            raise ValueError("All variables of a history need the same number of days.")
        for column in columns.values():
            column.flags.writeable = False
        object.__setattr__(self, "values", columns)

    @classmethod
    def from_days(cls, days: Mapping[date, Mapping[Variable, float | None]]) -> Self:
        """Return the history of observed days, given in any order and with any gaps.

        Raises
        ------
        NotEnoughData
            There is no day at all.
        """
        if not days:
            raise NotEnoughData("There are no observations: collect or import some first.")
        first = min(days)
        values = {name: np.full((max(days) - first).days + 1, np.nan) for name in Variable}
        for day, observed in days.items():
            for name, value in observed.items():
                if value is not None:
                    values[name][(day - first).days] = value
        return cls(first, values)

    @functools.cached_property
    def n_days(self) -> int:
        """Number of days from the first to the last, gaps included."""
        return max((column.size for column in self.values.values()), default=0)

    @functools.cached_property
    def dates(self) -> DateArray:
        """All days, dtype `datetime64[D]`, shape (n_days,)."""
        dates: DateArray = np.datetime64(self.first_date, "D") + np.arange(self.n_days)
        dates.flags.writeable = False
        return dates

    @functools.cached_property
    def last_date(self) -> date:
        """The last day of the history, whether or not anything was observed on it."""
        return self.first_date + timedelta(days=self.n_days - 1)

    def column(self, variable: Variable) -> FloatArray:
        """Return a variable's values; all NaN if the site does not have it."""
        found = self.values.get(variable)
        return np.full(self.n_days, np.nan) if found is None else found

    def position(self, day: date) -> int:
        """Return the index of a day; negative or beyond the end if it lies outside."""
        return (day - self.first_date).days

    def until(self, day: date) -> "DailyHistory":
        """Return what was known at the end of a day: every later one is dropped."""
        if day >= self.last_date:
            return self
        n_days = max(self.position(day) + 1, 0)
        return DailyHistory(self.first_date, {v: c[:n_days] for v, c in self.values.items()})

    def since(self, day: date) -> "DailyHistory":
        """Return what was observed from a day on: every earlier one is dropped."""
        if day <= self.first_date:
            return self
        dropped = min(max(self.position(day), 0), self.n_days)
        return DailyHistory(
            self.first_date + timedelta(days=dropped),
            {name: column[dropped:] for name, column in self.values.items()},
        )

    def on(self, variable: Variable, dates: DateArray) -> FloatArray:
        """Return a variable's values on given days, NaN where it was not observed."""
        found = np.full(dates.shape, np.nan)
        rows = (dates - np.datetime64(self.first_date, "D")).astype(np.intp)
        inside = (rows >= 0) & (rows < self.n_days)
        found[inside] = self.column(variable)[rows[inside]]
        return found

    def content_hash(self) -> str:
        """Return the SHA-256 of what was observed: equal observations, equal hash."""
        digest = hashlib.sha256(self.first_date.isoformat().encode())
        for variable in Variable:
            column = self.column(variable)
            if not np.isnan(column).all():
                digest.update(variable.encode())
                digest.update(np.where(np.isnan(column), np.nan, column).astype("<f8").tobytes())
        return digest.hexdigest()


def _kept(column: FloatArray) -> FloatArray:
    """Return values nobody else can change: a copy, unless they are such a copy, or part of one."""
    column = np.asarray(column, np.float64)
    return column.copy() if column.flags.writeable else column
