"""NOAA's Global Surface Summary of the Day: one line a day of a station, in American units.

https://www.ncei.noaa.gov/data/global-summary-of-the-day/doc/readme.txt
"""

from typing import NamedTuple

from collector.errors import FileRefused
from collector.importing.formats.csv_lines import (
    Line,
    filled,
    first_fields,
    lines_of,
    position_in,
    refuse_several,
)
from collector.importing.table import Cell, Header, Remarks, Row, Table, Track
from shared.forecasting.variables import Variable


class _Element(NamedTuple):
    name: str
    variable: Variable
    unit: str
    missing: tuple[float, ...]


_ELEMENTS = (
    _Element("MAX", Variable.TEMPERATURE_MAX, "°F", (9999.9,)),
    _Element("MIN", Variable.TEMPERATURE_MIN, "°F", (9999.9,)),
    _Element("TEMP", Variable.TEMPERATURE_MEAN, "°F", (9999.9,)),
    _Element("PRCP", Variable.PRECIPITATION, "inch", (99.99,)),
    _Element("MXSPD", Variable.WIND_SPEED_MAX, "kn", (999.9,)),
    _Element("GUST", Variable.WIND_GUSTS_MAX, "kn", (999.9,)),
    # The readme has 9999.9 for missing; the files have 999.9 as well.
    _Element("STP", Variable.SURFACE_PRESSURE_MEAN, "hPa", (9999.9, 999.9)),
)
_IGNORED = {
    "DEWP": "a dew point, not a humidity",
    "SLP": "pressure reduced to sea level, not that of the place",
    "VISIB": "not forecast here",
    "WDSP": "the day's mean wind, not its maximum",
    "SNDP": "not forecast here",
    "FRSHTT": "what occurred, without an amount",
}
# The field of the pressure has room for three digits before the point: 1005.7 hPa stands as 005.7.
_NO_STATION_PRESSURE_BELOW = 400.0
_CUT_OFF = 1000.0

_RAIN_IN_DOUBT = "PRCP not used: 0 was reported, and rain in the hours (attribute H)"
_RAIN_UNREPORTED = "PRCP taken as 0: nothing was reported, neither amount nor rain (attribute I)"
_PRESSURE_RESTORED = "STP: the thousand that its field has no room for was put back"


def is_gsod(text: str) -> bool:
    """Say whether this is a station file of GSOD."""
    return {"STATION", "DATE", "MXSPD", "FRSHTT"} <= set(first_fields(text))


def read_gsod(text: str, track: Track) -> list[Table]:
    """Return the table of a station.

    Raises
    ------
    FileRefused
        A line does not fit the header, a value is no number, or there are several stations.
    """
    header, *lines = [line for line in lines_of(text, track) if any(line.fields)]
    names = [name.strip() for name in header.fields]
    # Years are files of their own; joined into one they bring their headers along.
    lines = filled([line for line in lines if line.fields != header.fields], n_fields=len(names))
    places = {name: place for place, name in enumerate(names)}
    elements = [element for element in _ELEMENTS if element.name in places]
    refuse_several({line.fields[places["STATION"]].strip() for line in lines})
    remarks = Remarks()
    rows = tuple(
        Row(
            line.where,
            line.fields[places["DATE"]].strip(),
            tuple(_cell(line, places, element, remarks) for element in elements),
        )
        for line in lines
    )
    headers = tuple(Header(element.name, element.unit, element.variable) for element in elements)
    ignored = tuple((name, why) for name, why in _IGNORED.items() if name in places)
    position = position_in(lines[-1], names) if lines else None
    return [
        Table("date", headers, rows, remarks=remarks.found(), ignored=ignored, position=position)
    ]


def _cell(line: Line, places: dict[str, int], element: _Element, remarks: Remarks) -> Cell:
    """Return a value in the file's unit, None where there is none to be used."""
    text = line.fields[places[element.name]].strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        message = f"{line.where}: {element.name} is {text!r}, which is no number."
        raise FileRefused(message) from None
    if value in element.missing:
        return None
    if element.variable is Variable.PRECIPITATION:
        return _rain(line, places, value, remarks)
    if element.variable is Variable.SURFACE_PRESSURE_MEAN and value < _NO_STATION_PRESSURE_BELOW:
        remarks.add(_PRESSURE_RESTORED, line.where)
        return value + _CUT_OFF
    return value


def _rain(line: Line, places: dict[str, int], value: float, remarks: Remarks) -> Cell:
    place = places.get("PRCP_ATTRIBUTES")
    attribute = "" if place is None else line.fields[place].strip()
    if attribute == "H":
        remarks.add(_RAIN_IN_DOUBT, line.where)
        return None
    if attribute == "I":
        remarks.add(_RAIN_UNREPORTED, line.where)
    return value
