"""Guidance: what weather models forecast for the site, as it was known on each reference date."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import numpy as np

from shared.forecasting.arrays import DateArray, FloatArray
from shared.forecasting.variables import LEAD_DAYS, Variable


@dataclass(frozen=True, eq=False)
class Guidance:
    """The provider's own forecasts for the seven days after consecutive reference dates.

    The value of a reference date and lead was issued on the reference date, never later: of
    Open-Meteo's Previous Runs it is the daily value of `previous_day<lead>` on the valid date.

    Attributes
    ----------
    first_date : date
        The first reference date.
    values : mapping of Variable to ndarray of shape (n_reference_dates, 7)
        In the variable's unit; NaN where there was no forecast. Its arrays cannot be written to.
    """

    first_date: date
    values: Mapping[Variable, FloatArray]

    def __post_init__(self) -> None:
        tables = {name: np.array(table, np.float64) for name, table in self.values.items()}
        shapes = {table.shape for table in tables.values()}
        if len(shapes) > 1 or any(shape[1:] != (len(LEAD_DAYS),) for shape in shapes):
            raise ValueError("Guidance needs a row of seven leads a reference date.")
        for table in tables.values():
            table.flags.writeable = False
        object.__setattr__(self, "values", tables)

    @classmethod
    def from_reference_dates(
        cls, forecasts: Mapping[date, Mapping[Variable, Mapping[int, float | None]]]
    ) -> Self | None:
        """Return the guidance of forecasts by reference date, variable and lead; None of none."""
        if not forecasts:
            return None
        first = min(forecasts)
        shape = ((max(forecasts) - first).days + 1, len(LEAD_DAYS))
        names = {name for by_variable in forecasts.values() for name in by_variable}
        values = {name: np.full(shape, np.nan) for name in Variable if name in names}
        for day, by_variable in forecasts.items():
            for name, by_lead in by_variable.items():
                for lead, value in by_lead.items():
                    if value is not None:
                        values[name][(day - first).days, lead - LEAD_DAYS[0]] = value
        return cls(first, values)

    @property
    def n_dates(self) -> int:
        """Number of reference dates from the first to the last, gaps included."""
        return max((len(table) for table in self.values.values()), default=0)

    def on(self, variable: Variable, reference_dates: DateArray) -> FloatArray:
        """Return a variable's guidance, shape (n, 7), for reference dates of shape (n,)."""
        found = np.full((reference_dates.size, len(LEAD_DAYS)), np.nan)
        table = self.values.get(variable)
        if table is None:
            return found
        rows = (reference_dates - np.datetime64(self.first_date, "D")).astype(np.intp)
        inside = (rows >= 0) & (rows < len(table))
        found[inside] = table[rows[inside]]
        return found

    def until(self, day: date) -> "Guidance":
        """Return what had been issued by the end of a day."""
        kept = max((day - self.first_date).days + 1, 0)
        return Guidance(self.first_date, {v: table[:kept] for v, table in self.values.items()})

    def since(self, day: date) -> "Guidance":
        """Return what was issued from a day on."""
        dropped = max((day - self.first_date).days, 0)
        return Guidance(
            self.first_date + timedelta(days=dropped),
            {name: table[dropped:] for name, table in self.values.items()},
        )

    def content_hash(self) -> str:
        """Return the SHA-256 of what was forecast: equal guidance, equal hash."""
        digest = hashlib.sha256(self.first_date.isoformat().encode())
        for variable in Variable:
            table = self.values.get(variable)
            if table is not None and not np.isnan(table).all():
                digest.update(variable.encode())
                digest.update(np.where(np.isnan(table), np.nan, table).astype("<f8").tobytes())
        return digest.hexdigest()
