"""Reads recorded days from a folder: `places.csv`, and `<place>/daily.csv` for each place."""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from collector.stand_in.query import Place
from shared.errors import ConfigurationError
from shared.forecasting.history import DailyHistory
from shared.forecasting.sphere import Position, distance_and_bearing
from shared.forecasting.variables import Variable

_SHIFTS = 7  # copies differ by up to six days, so that there are not too many to keep ready


@dataclass(frozen=True, eq=False)
class Recording:
    """The recorded days of a place."""

    name: str
    position: Position
    elevation: float | None
    timezone: str
    history: DailyHistory


class Played(NamedTuple):
    """Which recording is played for a place, and how many days late."""

    recording: Recording
    days_late: int = 0


@dataclass(frozen=True, eq=False)
class Library:
    """All recordings.

    Attributes
    ----------
    within_km : float
        A position is answered by the nearest recording if it is no farther away.
    copies : bool
        Whether other positions are answered as well: by a copy of some recording, played up to
        six days late. Which one depends on the position alone; nothing is said of its weather.
    """

    recordings: Sequence[Recording]
    within_km: float = 100.0
    copies: bool = False

    def played_at(self, place: Place) -> Played | None:
        """Return what is played for a position; None where there is nothing."""
        here = Position(place.latitude, place.longitude)

        def distance(recording: Recording) -> float:
            return distance_and_bearing(here, recording.position)[0]

        nearest = min(self.recordings, key=distance)
        if distance(nearest) <= self.within_km:
            return Played(nearest)
        if not self.copies:
            return None
        digest = hashlib.sha256(f"{place.latitude:.4f},{place.longitude:.4f}".encode()).digest()
        number = int.from_bytes(digest[:4], "big")
        late, which = divmod(number, len(self.recordings))
        return Played(self.recordings[which], late % _SHIFTS)

    def named(self, text: str) -> list[Recording]:
        """Return the recordings whose name begins so."""
        return [known for known in self.recordings if known.name.startswith(text.lower())]


def read_library(folder: Path, *, within_km: float = 100.0, copies: bool = False) -> Library:
    """Return the recordings of a folder.

    Raises
    ------
    ConfigurationError
        The folder is not as it should be.
    """
    try:
        with (folder / "places.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if _days_file(folder, row).exists()]
        recordings = [_read(folder, row) for row in rows]
    except (OSError, KeyError, ValueError) as error:
        message = (
            f"No recorded weather can be read from {folder} ({error!r}): it needs places.csv "
            "(place,latitude,longitude,elevation_m,timezone) and <place>/daily.csv."
        )
        raise ConfigurationError(message) from error
    if not recordings:
        raise ConfigurationError(f"No place of {folder}/places.csv has a daily.csv.")
    return Library(recordings, within_km, copies)


def _days_file(folder: Path, row: Mapping[str, str]) -> Path:
    return folder / row["place"] / "daily.csv"


def _read(folder: Path, row: Mapping[str, str]) -> Recording:
    with _days_file(folder, row).open(encoding="utf-8", newline="") as file:
        days = {
            date.fromisoformat(day["date"]): {
                variable: float(day[variable]) for variable in Variable if day.get(variable)
            }
            for day in csv.DictReader(file)
        }
    return Recording(
        name=row["place"],
        position=Position(float(row["latitude"]), float(row["longitude"])),
        elevation=float(row["elevation_m"]) if row["elevation_m"] else None,
        timezone=row["timezone"],
        history=DailyHistory.from_days(days),
    )
