"""The elements of GHCN-Daily: which are of use, in which units, and what their flags say."""

from collections import defaultdict
from datetime import date

from collector.errors import FileRefused
from collector.importing.table import Header, Remarks, Row, Table
from shared.forecasting.variables import Variable

#: The elements that give a variable, the better one first, with their unit. A file's first one is
#: taken for all its days, so that no series is patched together.
ELEMENTS: dict[Variable, tuple[tuple[str, str], ...]] = {
    Variable.TEMPERATURE_MAX: (("TMAX", "0.1 °C"),),
    Variable.TEMPERATURE_MIN: (("TMIN", "0.1 °C"),),
    Variable.TEMPERATURE_MEAN: (("TAVG", "0.1 °C"),),
    Variable.PRECIPITATION: (("PRCP", "0.1 mm"),),
    Variable.WIND_SPEED_MAX: (("WSF2", "0.1 m/s"), ("WSF1", "0.1 m/s")),
    Variable.HUMIDITY_MEAN: (("RHAV", "%"),),
    Variable.SURFACE_PRESSURE_MEAN: (("ASTP", "0.1 hPa"),),
    Variable.WIND_GUSTS_MAX: (("WSFG", "0.1 m/s"), ("WSF5", "0.1 m/s")),
    Variable.WIND_DIRECTION: (("AWDR", "°"),),
}
_OF_USE = {element for choices in ELEMENTS.values() for element, _ in choices}
_WHY_IGNORED = {
    "AWND": "the day's mean wind, not its maximum",
    "ASLP": "pressure reduced to sea level, not that of the place",
    "ADPT": "a dew point, not a humidity",
    "MDPR": "rain of several days together",
    "TOBS": "the temperature of one moment",
    "TSUN": "sunshine, not radiation",
}
_NOT_FORECAST = "not forecast here"
_SECOND = "without a usable value, or second to another element"

#: What a value failed that carries a quality flag.
_FAILED = {
    "D": "duplicate",
    "G": "gap",
    "I": "internal consistency",
    "K": "streak or frequent value",
    "L": "length of a multi-day period",
    "M": "mega-consistency",
    "N": "naught",
    "O": "climatological outlier",
    "R": "lagged range",
    "S": "spatial consistency",
    "T": "temporal consistency",
    "W": "too warm for snow",
    "X": "bounds",
    "Z": "official investigation",
}
_MISSING = -9999
_PRESUMED_ZERO = "P"
_NO_RAIN_SEEN = "PRCP not used: missing, and only presumed zero (flag P)"


class StationDays:
    """Gathers the values of a station, element by element, into days."""

    def __init__(self) -> None:
        self._days: dict[date, dict[str, float]] = defaultdict(dict)
        self._where: dict[tuple[date, str], str] = {}
        self._seen: dict[str, None] = {}
        self._remarks = Remarks()

    def add(
        self, where: str, day: str, element: str, text: str, *, measured: str, quality: str
    ) -> None:
        """Take a value, unless it is missing or carries a flag that speaks against it.

        Parameters
        ----------
        day : str
            As in `20200131`.
        measured, quality : str
            Flags of one character; empty if there is none.

        Raises
        ------
        FileRefused
            It is no whole number, of no day, or there for the second time.
        """
        self._seen[element] = None
        if element not in _OF_USE or not text:
            return
        value = _whole_number(where, element, text)
        if value == _MISSING:
            return
        valid_date = _date(where, day, element)
        first = self._where.setdefault((valid_date, element), where)
        if first != where:
            message = (
                f"{where}: {element} of {valid_date} is there a second time, first at {first}."
            )
            raise FileRefused(message)
        if quality:
            check = _FAILED.get(quality, "unknown")
            text = f"{element} not used: failed NOAA's check of {check} (flag {quality})"
            self._remarks.add(text, f"{where}, {valid_date}")
        elif element == "PRCP" and measured == _PRESUMED_ZERO:
            self._remarks.add(_NO_RAIN_SEEN, f"{where}, {valid_date}")
        else:
            self._days[valid_date][element] = value

    def table(self) -> Table:
        """Return the days as a table: a column for each variable there is."""
        filled = {element for values in self._days.values() for element in values}
        headers = []
        for variable, choices in ELEMENTS.items():
            there = [choice for choice in choices if choice[0] in filled]
            headers += [Header(element, unit, variable) for element, unit in there[:1]]
        rows = tuple(
            Row(
                f"the lines of {day}",
                day.isoformat(),
                tuple(values.get(header.name) for header in headers),
            )
            for day, values in sorted(self._days.items())
        )
        return Table(
            "date",
            tuple(headers),
            rows,
            remarks=self._remarks.found(),
            ignored=tuple(self._ignored({header.name for header in headers})),
        )

    def _ignored(self, used: set[str]) -> list[tuple[str, str]]:
        rest = [element for element in sorted(self._seen) if element not in used]
        return [
            (element, _SECOND if element in _OF_USE else _WHY_IGNORED.get(element, _NOT_FORECAST))
            for element in rest
        ]


def _whole_number(where: str, element: str, text: str) -> float:
    try:
        return float(int(text))
    except ValueError:
        message = f"{where}: {element} is {text!r}, which is no whole number."
        raise FileRefused(message) from None


def _date(where: str, day: str, element: str) -> date:
    try:
        year, month, of_month = int(day[:-4]), int(day[-4:-2]), int(day[-2:])
        found = date(year, month, of_month)
    except ValueError:
        found = None
    if found is None or len(day) != len("20200131"):
        message = f"{where}: {element} has a value on {day!r}, which is no day."
        raise FileRefused(message)
    return found
