"""Meteostat's daily files: with or without a header, of all years or of one.

https://dev.meteostat.net/data/timeseries/daily and /parameters; the older files without a header
are described at https://github.com/meteostat/docs, bulk/daily.md.
"""

import re

from collector.importing.formats.csv_lines import Line, filled, first_fields, lines_of
from collector.importing.table import Cell, Header, Remarks, Row, Table, Track
from shared.forecasting.variables import Variable

_OLD_ORDER = (
    "date", "tavg", "tmin", "tmax", "prcp", "snow", "wdir", "wspd", "wpgt", "pres", "tsun",
)  # fmt: skip
_VARIABLES: dict[str, tuple[Variable, str]] = {
    "temp": (Variable.TEMPERATURE_MEAN, "°C"),
    "tavg": (Variable.TEMPERATURE_MEAN, "°C"),
    "tmin": (Variable.TEMPERATURE_MIN, "°C"),
    "tmax": (Variable.TEMPERATURE_MAX, "°C"),
    "prcp": (Variable.PRECIPITATION, "mm"),
    "rhum": (Variable.HUMIDITY_MEAN, "%"),
    "wdir": (Variable.WIND_DIRECTION, "°"),
    "wpgt": (Variable.WIND_GUSTS_MAX, "km/h"),
}
_IGNORED = {
    "wspd": "the day's mean wind, not its maximum",
    "pres": "pressure reduced to sea level, not that of the place",
    "snow": "not forecast here",
    "snwd": "not forecast here",
    "tsun": "sunshine, not radiation",
    "cldc": "not forecast here",
}
_DATES = ({"date"}, {"time"}, {"year", "month", "day"})
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER_OR_NOTHING = re.compile(r"(-?\d+(\.\d+)?)?")
# Gaps are filled from forecasts, and the column `<name>_source` says so.
_OF_A_MODEL = re.compile("forecast|mosmix|model")


def is_meteostat(text: str) -> bool:
    """Say whether this is a daily file of Meteostat, by its header or by its eleven columns."""
    fields = first_fields(text)
    if len(fields) == len(_OLD_ORDER) and _ISO_DATE.fullmatch(fields[0]):
        return all(_NUMBER_OR_NOTHING.fullmatch(field) for field in fields[1:])
    names = set(fields)
    return any(date <= names for date in _DATES) and len(names & _VARIABLES.keys()) > 1


def read_meteostat(text: str, track: Track) -> list[Table]:
    """Return the table of a station.

    Raises
    ------
    FileRefused
        A line does not fit the header.
    """
    lines = lines_of(text, track)
    names = first_fields(text)
    has_header = not _ISO_DATE.fullmatch(names[0])
    if not has_header:
        names = list(_OLD_ORDER)
    lines = filled(lines, n_fields=len(names))[has_header:]
    places = {name: place for place, name in enumerate(names)}
    used = [name for name in _VARIABLES if name in places]
    remarks = Remarks()
    rows = tuple(
        Row(line.where, _date(line, places), tuple(_cell(line, places, n, remarks) for n in used))
        for line in lines
    )
    headers = tuple(Header(name, _VARIABLES[name][1], _VARIABLES[name][0]) for name in used)
    ignored = tuple((name, why) for name, why in _IGNORED.items() if name in places)
    return [Table("date", headers, rows, remarks=remarks.found(), ignored=ignored)]


def _date(line: Line, places: dict[str, int]) -> str:
    """Return the day as ISO 8601; what is none is refused later, with its line."""
    if "year" in places:
        year, month, day = (line.fields[places[name]].strip() for name in ("year", "month", "day"))
        return f"{year:0>4}-{month:0>2}-{day:0>2}"
    text = line.fields[places["date"] if "date" in places else places["time"]].strip()
    return text.removesuffix(" 00:00:00").removesuffix("T00:00:00")


def _cell(line: Line, places: dict[str, int], name: str, remarks: Remarks) -> Cell:
    cell = line.fields[places[name]].strip()
    place = places.get(f"{name}_source")
    source = "" if place is None else line.fields[place].strip()
    if cell and _OF_A_MODEL.search(source):
        remarks.add(f"{name} not used: filled in by a model ({source}), not observed", line.where)
        return None
    return cell
