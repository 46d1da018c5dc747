"""What is usual at a place: the seasonal course that the simulated weather departs from.

Marrakech is calibrated on observations. Other places are derived from it by latitude, hemisphere
and elevation: plausible, and nothing more is claimed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from collector.stand_in.query import Place

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Months = tuple[float, ...]


MARRAKECH = Place(31.63, -8.0, 466.0)

# Marrakech, January to December: Open-Meteo archive (reanalysis), daily values 2018-2023,
# 2191 days, CC BY 4.0. Anomalies are those from three annual harmonics.
MAX_MEAN = (19.38, 22.01, 23.44, 25.41, 30.52, 32.74, 38.62, 38.29, 33.28, 29.93, 23.76, 21.40)
MIN_MEAN = (5.46, 7.38, 9.45, 11.67, 15.15, 17.48, 21.20, 21.55, 18.74, 15.27, 10.25, 7.37)
MEAN_MEAN = (11.58, 14.14, 15.94, 18.13, 22.58, 24.78, 29.76, 29.74, 25.61, 22.17, 16.41, 13.42)
MAX_SPREAD = (3.41, 4.32, 4.84, 4.97, 5.46, 3.87, 4.02, 3.80, 3.77, 4.40, 4.05, 2.99)
MIN_SPREAD = (2.34, 2.30, 2.41, 2.40, 2.72, 2.47, 2.90, 2.88, 2.00, 2.27, 2.45, 2.33)
# Fraction of days with 0.1 mm or more, and mm a month.
RAIN_FRACTION = (0.231, 0.314, 0.376, 0.372, 0.269, 0.083, 0.032, 0.011, 0.183, 0.21, 0.239, 0.215)
RAIN_MONTH = (33.3, 44.9, 54.3, 49.6, 20.3, 1.2, 0.5, 0.2, 5.8, 25.4, 27.5, 28.5)
WIND_MEAN = (11.6, 12.8, 14.1, 15.0, 16.1, 16.2, 14.8, 15.0, 13.7, 13.4, 11.7, 11.2)
# How far the dominant direction of a day departs from the usual one: the spread (radians) of a
# wrapped normal law, sqrt(-2 ln R), of the mean resultant R (0.17 in January, 0.83 in June).
TURN_SPREAD = (1.88, 1.91, 1.33, 1.11, 0.91, 0.61, 0.69, 0.81, 0.90, 1.23, 1.95, 1.47)
# Too few observations for monthly figures (90 days of autumn: 52 %, 964.4 hPa): a guess that
# agrees with them, dry in summer and with the subtropical high strongest in winter.
_HUMIDITY_MEAN = (65.0, 63.0, 60.0, 57.0, 52.0, 48.0, 38.0, 40.0, 48.0, 53.0, 60.0, 65.0)
_SEA_LEVEL_PRESSURE = (
    *(1022.0, 1020.5, 1018.0, 1016.0, 1016.0, 1016.0),
    *(1015.5, 1015.5, 1016.5, 1017.5, 1019.0, 1021.5),
)

_MONTH_LENGTHS = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_DAYS = (np.arange(366) + 0.5) / 366
_MONTHS = np.repeat(np.arange(12), _MONTH_LENGTHS)
_MONTH_MIDDLES = (np.cumsum(_MONTH_LENGTHS) - _MONTH_LENGTHS / 2) / 366

# Of the radiation at the top of the atmosphere a clear sky lets this share through (the 99th
# percentile of Marrakech 2018-2023); a day without rain loses this share of it to clouds.
CLEAR_SKY = 0.73
DRY_CLOUD = 0.09
# Where the wind usually comes from, by distance from the equator: the trades' north-east, the
# north-west of Marrakech (the mean of its summers), the westerlies. Mirrored in the south.
_WIND_LATITUDES, _WIND_FROM = (0.0, 20.0, 31.63, 45.0), (450.0, 420.0, 325.0, 250.0)

# Elsewhere: zonal mean temperature falls by this much with the square of the latitude (a fit to
# 27 degC at the equator, 20 at 30 degrees, 8 at 50, -11 at 70), and with height by the standard
# atmosphere's lapse rate.
_COOLING_BY_SQUARED_LATITUDE = 0.0079
_WARMEST_SEA_LEVEL_MEAN = 28.0
_LAPSE_RATE = 0.0065
# Away from the subtropics: rain on a third of the days all year round, damp air, and a smaller
# range from night to day.
_SUBTROPICS_WIDTH = 8.0
_ELSEWHERE_RAIN_FRACTION = 0.35
_ELSEWHERE_RAIN_AMOUNT = 4.5
_ELSEWHERE_HUMIDITY = 72.0
_ELSEWHERE_CLOUD = 0.3
_ELSEWHERE_DAILY_RANGE = 0.65


@dataclass(frozen=True)
class Climate:
    """What is usual: of one place on the days of a year, or as `of_places` says.

    Attributes
    ----------
    max_mean, min_mean : ndarray of shape (366,)
        Expected maximum and minimum temperature (degC).
    mean_position : ndarray of shape (366,)
        Where the day's mean stands between minimum (0) and maximum (1).
    max_spread, min_spread : ndarray of shape (366,)
        Standard deviation of their anomalies (degC).
    rain_fraction : ndarray of shape (366,)
        Fraction of days with 0.1 mm or more.
    rain_amount : ndarray of shape (366,)
        Mean amount of such a day (mm).
    wind_mean, humidity_mean, pressure_mean : ndarray of shape (366,)
        km/h (maximum of the day), %, hPa at the height of the place.
    wind_from, turn_spread : ndarray of shape (366,)
        Usual direction the wind comes from (degrees), and a day's departure from it (radians).
    clear_radiation : ndarray of shape (366,)
        Shortwave radiation that reaches the ground on a day without clouds (MJ/m2).
    cloud : ndarray of shape (366,)
        Share of it that the clouds of a day without rain take.
    """

    max_mean: FloatArray
    min_mean: FloatArray
    mean_position: FloatArray
    max_spread: FloatArray
    min_spread: FloatArray
    rain_fraction: FloatArray
    rain_amount: FloatArray
    wind_mean: FloatArray
    humidity_mean: FloatArray
    pressure_mean: FloatArray
    wind_from: FloatArray
    turn_spread: FloatArray
    clear_radiation: FloatArray
    cloud: FloatArray

    @classmethod
    def of_places(cls, places: Sequence[Place], day_of_year: IntArray) -> "Climate":
        """Return what is usual at places on days of the year (1 to 366).

        Every array is of shape (n_days, n_places, n_series) for days of shape (n_days, n_series).
        """
        climates = [climate_of(place) for place in places]

        def on_days(name: str) -> FloatArray:
            by_place = np.array([getattr(climate, name) for climate in climates])
            days: FloatArray = by_place[:, day_of_year - 1].swapaxes(0, 1)
            return days

        return cls(**{field.name: on_days(field.name) for field in fields(cls)})


def climate_of(place: Place) -> Climate:
    """Return what is usual at a place; for `MARRAKECH` the monthly means are the observed ones."""
    subtropical = _subtropical(place)

    def course(months: Months) -> FloatArray:
        return _in_season(place, daily_course(months))

    def blend(months: Months, elsewhere: float) -> FloatArray:
        return subtropical * course(months) + (1 - subtropical) * elsewhere

    low, high = course(MIN_MEAN), course(MAX_MEAN)
    centre = (low + high) / 2
    centre = centre.mean() + _amplitude(place) * (centre - centre.mean()) + _warmer(place)
    half_range = (high - low) / 2 * (subtropical + (1 - subtropical) * _ELSEWHERE_DAILY_RANGE)
    return Climate(
        max_mean=centre + half_range,
        min_mean=centre - half_range,
        mean_position=(course(MEAN_MEAN) - low) / (high - low),
        max_spread=course(MAX_SPREAD),
        min_spread=course(MIN_SPREAD),
        rain_fraction=blend(RAIN_FRACTION, _ELSEWHERE_RAIN_FRACTION).clip(0.005, 0.95),
        rain_amount=blend(_rain_amounts(), _ELSEWHERE_RAIN_AMOUNT).clip(0.2),
        wind_mean=course(WIND_MEAN),
        humidity_mean=blend(_HUMIDITY_MEAN, _ELSEWHERE_HUMIDITY),
        pressure_mean=course(_SEA_LEVEL_PRESSURE) * _thinning(place.elevation),
        wind_from=np.full(len(_DAYS), _prevailing_wind(place)),
        turn_spread=course(TURN_SPREAD),
        clear_radiation=CLEAR_SKY * top_radiation(place.latitude),
        cloud=np.full(len(_DAYS), subtropical * DRY_CLOUD + (1 - subtropical) * _ELSEWHERE_CLOUD),
    )


@lru_cache(maxsize=32)
def daily_course(months: Months) -> FloatArray:
    """Return a course by day of the year whose monthly means are the twelve given.

    Drawn through the middles of the months, straight lines would cut off the summer and the
    winter; so the twelve knots are moved until the means come out right, a linear system.
    """
    hats = np.array([np.interp(_DAYS, _MONTH_MIDDLES, knot, period=1.0) for knot in np.eye(12)])
    means = np.array([hats[:, month == _MONTHS].mean(axis=1) for month in range(12)])
    course: FloatArray = np.linalg.solve(means, np.array(months)) @ hats
    course.flags.writeable = False  # shared by all who ask
    return course


def _in_season(place: Place, course: FloatArray) -> FloatArray:
    """Return a northern course as it is at a place: half a year later in the south."""
    return course if place.latitude >= 0 else np.roll(course, len(course) // 2)


def _rain_amounts() -> Months:
    """Return the mean amount of a day with rain, by month (mm)."""
    days = np.array(RAIN_FRACTION) * _MONTH_LENGTHS
    return tuple(np.array(RAIN_MONTH) / days)


def _subtropical(place: Place) -> float:
    """Return 1 at the latitude of Marrakech, on either side of the equator, and 0 far from it."""
    distance = abs(place.latitude) - MARRAKECH.latitude
    return float(np.exp(-((distance / _SUBTROPICS_WIDTH) ** 2)))


def _amplitude(place: Place) -> float:
    """Return how much larger the seasons are than in Marrakech."""
    ratio = np.sin(np.radians(abs(place.latitude))) / np.sin(np.radians(MARRAKECH.latitude))
    return float(np.clip(ratio, 0.1, 1.5))


def _warmer(place: Place) -> float:
    """Return how much warmer the yearly mean is than in Marrakech (degC)."""
    marrakech = float(np.mean([MAX_MEAN, MIN_MEAN])) + _LAPSE_RATE * MARRAKECH.elevation
    latitudes = place.latitude**2 - MARRAKECH.latitude**2
    sea_level = min(marrakech - _COOLING_BY_SQUARED_LATITUDE * latitudes, _WARMEST_SEA_LEVEL_MEAN)
    return sea_level - marrakech - _LAPSE_RATE * (place.elevation - MARRAKECH.elevation)


def _thinning(elevation: float) -> float:
    """Return the pressure at a height as a fraction of that at sea level (ISO 2533)."""
    return float((1 - 2.25577e-5 * elevation) ** 5.25588)


def top_radiation(latitude: float) -> FloatArray:
    """Return the day's radiation at the top of the atmosphere (MJ/m2), for the days of a year.

    Equations 21 to 25 of Allen et al. (1998), FAO Irrigation and Drainage Paper 56.
    """
    year, north = 2 * np.pi * _DAYS, np.radians(np.clip(latitude, -89.9, 89.9))
    declination = 0.409 * np.sin(year - 1.39)
    nearness = 1 + 0.033 * np.cos(year)
    sunset = np.arccos((-np.tan(north) * np.tan(declination)).clip(-1, 1))
    overhead = sunset * np.sin(north) * np.sin(declination)
    aslant = np.cos(north) * np.cos(declination) * np.sin(sunset)
    radiation: FloatArray = 24 * 60 / np.pi * 0.0820 * nearness * (overhead + aslant)
    return radiation.clip(0)


def _prevailing_wind(place: Place) -> float:
    """Return the direction the wind usually comes from (degrees)."""
    north = np.interp(abs(place.latitude), _WIND_LATITUDES, _WIND_FROM)
    return float(north if place.latitude >= 0 else 180 - north) % 360
