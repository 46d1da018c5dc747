"""NOAA's Global Historical Climatology Network, daily, in its three shapes.

`.dly` has a line of fixed width a month and element; the files by station a line a day and element;
the station tables a line a day. All hold whole numbers, mostly tenths, each with three flags.
https://www.ncei.noaa.gov/pub/data/ghcn/daily/readme.txt and readme-by_station.txt
"""

import re
from dataclasses import replace

from collector.errors import FileRefused
from collector.importing.formats.csv_lines import (
    filled,
    first_fields,
    lines_of,
    position_in,
    refuse_several,
)
from collector.importing.formats.ghcn_elements import StationDays
from collector.importing.table import Table, Track

_RECORD = re.compile(r"(?P<station>[A-Z0-9_-]{11})(?P<month>\d{6})(?P<element>[A-Z0-9]{4})")
_DAYS_A_LINE = 31
_FIELD = 8  # characters of a day: value 5, flags of measurement, quality and source 1 each
_BEFORE_THE_DAYS = 21

_STATION = re.compile(r"[A-Z0-9_-]{11}")
_DAY = re.compile(r"\d{8}")
_HEADER_BEGINS = "ID"
_COMMON = {"TMAX", "TMIN", "TAVG", "PRCP"}
_BY_STATION = 8  # fields: station, day, element, value, three flags, hour


def is_dly(text: str) -> bool:
    """Say whether this is a `.dly` file."""
    return _RECORD.match(text) is not None


def read_dly(text: str, track: Track) -> list[Table]:
    """Return the table of a `.dly` file; raises `FileRefused`."""
    days = StationDays()
    stations = set()
    for number, line in enumerate(track(text.split("\n"), "reading lines"), start=1):
        if not line.strip():
            continue
        record = _RECORD.match(line)
        if record is None:
            message = f"line {number}: {line[:_BEFORE_THE_DAYS]!r} does not begin like a .dly line."
            raise FileRefused(message)
        stations.add(record["station"])
        for day in range(1, _DAYS_A_LINE + 1):
            start = _BEFORE_THE_DAYS + _FIELD * (day - 1)
            field = line[start : start + _FIELD]
            days.add(
                f"line {number}",
                f"{record['month']}{day:02}",
                record["element"],
                field[:5].strip(),
                measured=field[5:6].strip(),
                quality=field[6:7].strip(),
            )
    refuse_several(stations)
    return [days.table()]


def is_by_station(text: str) -> bool:
    """Say whether this is a CSV file by station, with or without a header."""
    fields = first_fields(text)
    if len(fields) != _BY_STATION:
        return False
    has_header = fields[0] == _HEADER_BEGINS and fields[2] == "ELEMENT"
    return has_header or bool(_STATION.fullmatch(fields[0]) and _DAY.fullmatch(fields[1]))


def read_by_station(text: str, track: Track) -> list[Table]:
    """Return the table of a file by station; raises `FileRefused`."""
    lines = filled(lines_of(text, track), n_fields=_BY_STATION)
    days = StationDays()
    if lines[0].fields[0].strip() == _HEADER_BEGINS:
        del lines[0]
    refuse_several({line.fields[0] for line in lines})
    for line in lines:
        _, day, element, value, measured, quality, *_ = (field.strip() for field in line.fields)
        days.add(line.where, day, element, value, measured=measured, quality=quality)
    return [days.table()]


def is_station_table(text: str) -> bool:
    """Say whether this is a table of a station, an element a column with its attributes beside."""
    names = set(first_fields(text))
    elements = {name for name in names if f"{name}_ATTRIBUTES" in names}
    is_of_gsod = "FRSHTT" in names  # where rain has the same name and another unit
    return {"STATION", "DATE"} <= names and not is_of_gsod and bool(elements & _COMMON)


def read_station_table(text: str, track: Track) -> list[Table]:
    """Return the table of a station; raises `FileRefused`."""
    names = first_fields(text)
    lines = filled(lines_of(text, track), n_fields=len(names))[1:]
    places = {name: place for place, name in enumerate(names)}
    refuse_several({line.fields[places["STATION"]].strip() for line in lines})
    days = StationDays()
    elements = [name for name in names if f"{name}_ATTRIBUTES" in places]
    for line in lines:
        day = line.fields[places["DATE"]].strip().replace("-", "")
        for element in elements:
            value = line.fields[places[element]].strip()
            attributes = line.fields[places[f"{element}_ATTRIBUTES"]].split(",")
            measured, quality, *_ = [*map(str.strip, attributes), "", ""]
            if "." in value:
                raise FileRefused(_in_other_units(line.where, element, value))
            days.add(line.where, day, element, value, measured=measured, quality=quality)
    return [replace(days.table(), position=position_in(lines[-1], names) if lines else None)]


def _in_other_units(where: str, element: str, value: str) -> str:
    return (
        f"{where}: {element} is {value!r}, but this format has whole numbers of tenths. A file "
        "that was ordered is in units of one's choice: take the station's own file instead, "
        "under ncei.noaa.gov/data/global-historical-climatology-network-daily/access."
    )
