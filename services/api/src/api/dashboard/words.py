"""Plain words for a person: days, ages, chances, wind; no locale, no clock."""

import math
from datetime import date, datetime, timedelta

from shared.contracts.jobs import JobKind
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

VARIABLE_NAMES = {
    Variable.TEMPERATURE_MAX: "Maximum temperature",
    Variable.TEMPERATURE_MIN: "Minimum temperature",
    Variable.TEMPERATURE_MEAN: "Mean temperature",
    Variable.PRECIPITATION: "Precipitation",
    Variable.WIND_SPEED_MAX: "Maximum wind",
    Variable.HUMIDITY_MEAN: "Humidity",
    Variable.SURFACE_PRESSURE_MEAN: "Surface pressure",
    Variable.WIND_GUSTS_MAX: "Strongest gust",
    Variable.WIND_DIRECTION: "Wind direction",
    Variable.RADIATION: "Solar radiation",
}
FAMILY_NAMES = {
    Family.LINEAR_REGRESSION: "Linear regression",
    Family.RANDOM_FOREST: "Random forest",
    Family.GRADIENT_BOOSTING: "Gradient boosting",
}

KIND_NAMES = {
    JobKind.COLLECT: "Newest days",
    JobKind.BACKFILL: "Older days",
    JobKind.GUIDANCE: "Guidance",
}

# Upper bounds (exclusive) of a chance of rain, and what is said below them.
_RAIN_WORDS = (
    (0.10, "Dry"),
    (0.30, "Probably dry"),
    (0.60, "Rain possible"),
    (0.80, "Rain likely"),
)
_RAIN_CERTAIN = "Rain"

# Upper bounds (exclusive) of the Beaufort scale in km/h (WMO-No. 8), a few degrees taken together.
_WIND_WORDS = (
    (12.0, "light wind"),
    (29.0, "moderate wind"),
    (39.0, "fresh wind"),
    (62.0, "strong wind"),
    (89.0, "gale"),
)
_WIND_STORM = "storm"

_ROUNDING = 1e-9  # 0.997 * 1000 is a little less than 997

_UNITS_OF_AGE = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def short_day(day: date) -> str:
    """Return a day as `24 Nov`."""
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


def long_day(day: date) -> str:
    """Return a day as `Tuesday 24 November 2026`."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def day_name(day: date, *, today: date) -> str:
    """Return what a person calls a day: today, tomorrow, a weekday."""
    if day == today:
        return "Today"
    if day == today + timedelta(days=1):
        return "Tomorrow"
    return WEEKDAYS[day.weekday()]


def ago(then: datetime, *, now: datetime) -> str:
    """Return how long ago something was.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    >>> ago(noon - timedelta(hours=3, minutes=20), now=noon)
    '3 hours ago'
    """
    seconds = (now - then).total_seconds()
    for name, length in _UNITS_OF_AGE:
        if seconds >= length:
            return f"{count(int(seconds // length), name)} ago"
    return "just now"


def until(then: datetime, *, now: datetime) -> str:
    """Return how long it is until something: `in 3 hours`, or `now` if it is due."""
    seconds = (then - now).total_seconds()
    for name, length in _UNITS_OF_AGE:
        if seconds >= length:
            return f"in {count(int(seconds // length), name)}"
    return "in a moment" if seconds > 0 else "now"


def count(number: int, noun: str) -> str:
    """Return a number of things: `1 day`, `1,200 days`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def whole_percent(share: float) -> str:
    """Return a share in per cent; only what is whole is 100 %.

    Examples
    --------
    >>> whole_percent(0.9999)
    '99.9 %'
    """
    return f"{math.floor(share * 1000 + _ROUNDING) / 10:g} %"


def rain_words(probability: float) -> str:
    """Return what a chance of rain means."""
    return next((words for below, words in _RAIN_WORDS if probability < below), _RAIN_CERTAIN)


def wind_words(speed_kmh: float) -> str:
    """Return what a wind speed feels like."""
    return next((words for below, words in _WIND_WORDS if speed_kmh < below), _WIND_STORM)


def unusual(value: float, usual: float | None) -> str | None:
    """Return how a temperature compares with the season: `3° warmer than usual`, if it stands out.

    Examples
    --------
    >>> unusual(24.6, 21.3)
    '3° warmer than usual'
    >>> unusual(21.0, 21.3)
    'about as usual'
    """
    if usual is None:
        return None
    difference = round(value - usual)
    if not difference:
        return "about as usual"
    return f"{abs(difference)}° {'warmer' if difference > 0 else 'colder'} than usual"
