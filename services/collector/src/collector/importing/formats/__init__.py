"""The formats that are understood, as one readable table; a file is known by its content alone."""

from collections.abc import Callable
from typing import NamedTuple

from collector.importing.formats.ghcn_daily import (
    is_by_station,
    is_dly,
    is_station_table,
    read_by_station,
    read_dly,
    read_station_table,
)
from collector.importing.formats.gsod import is_gsod, read_gsod
from collector.importing.formats.meteostat import is_meteostat, read_meteostat
from collector.importing.formats.open_meteo_csv import read_csv_tables
from collector.importing.formats.open_meteo_json import is_json, read_json_tables
from collector.importing.table import Table, Track

_STATION_DAYS = "days as the station keeps them, often from one morning to the next"


class Format(NamedTuple):
    """A format: how it is known and read.

    Attributes
    ----------
    about_days : str or None
        What a day is where it may be another than the UTC day.
    """

    name: str
    recognises: Callable[[str], bool]
    read: Callable[[str, Track], list[Table]]
    about_days: str | None = None


#: The first that recognises a file reads it; the last one takes every file, and says what is wrong.
FORMATS = (
    Format("Open-Meteo JSON", is_json, read_json_tables),
    Format("NOAA GHCN-Daily (.dly)", is_dly, read_dly, _STATION_DAYS),
    Format("NOAA GHCN-Daily (by station)", is_by_station, read_by_station, _STATION_DAYS),
    Format("NOAA GHCN-Daily (station table)", is_station_table, read_station_table, _STATION_DAYS),
    Format(
        "NOAA GSOD",
        is_gsod,
        read_gsod,
        "means of UTC days; extremes and rain of days as the station reports them",
    ),
    Format("Meteostat daily", is_meteostat, read_meteostat, _STATION_DAYS),
    Format("Open-Meteo CSV, or a table of days", lambda _: True, read_csv_tables),
)


def format_of(text: str) -> Format:
    """Return the format of a file."""
    return next(known for known in FORMATS if known.recognises(text))
