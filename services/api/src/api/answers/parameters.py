"""The parameters of the Open-Meteo shaped endpoints: names, defaults, limits.

Names and meanings are Open-Meteo's. A parameter that is not here is refused rather than passed
over: whoever mistypes `forecast_days` should not get an answer to another question.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from typing import Annotated, Self, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from api.answers.units import PrecipitationUnit, TemperatureUnit, Units, WindSpeedUnit
from shared.forecasting.variables import HORIZON_DAYS, Variable

T = TypeVar("T")


class ForecastSeries(StrEnum):
    """What `daily` of a forecast may name."""

    TEMPERATURE_MAX = Variable.TEMPERATURE_MAX.value
    TEMPERATURE_MIN = Variable.TEMPERATURE_MIN.value
    TEMPERATURE_MEAN = Variable.TEMPERATURE_MEAN.value
    PRECIPITATION = Variable.PRECIPITATION.value
    WIND_SPEED_MAX = Variable.WIND_SPEED_MAX.value
    PRECIPITATION_PROBABILITY = "precipitation_probability"
    #: Open-Meteo's spelling of the same; the answer carries the spelling that was asked for.
    PRECIPITATION_PROBABILITY_MAX = "precipitation_probability_max"

    @cached_property
    def variable(self) -> Variable:
        """The variable whose forecast holds this series."""
        return Variable.PRECIPITATION if self.is_probability else Variable(self.value)

    @cached_property
    def is_probability(self) -> bool:
        """Whether the series is the chance of rain rather than an amount."""
        return self.value.startswith("precipitation_probability")


#: What a forecast holds when `daily` names nothing.
DEFAULT_SERIES: tuple[ForecastSeries, ...] = tuple(
    series
    for series in ForecastSeries
    if series is not ForecastSeries.PRECIPITATION_PROBABILITY_MAX
)


class TimeFormat(StrEnum):
    """What `timeformat` may be."""

    ISO8601 = "iso8601"
    UNIXTIME = "unixtime"


@cache
def _known_timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def known_timezone(name: str) -> str:
    """Return a name of the time zone database, or `auto`; anything else is a ValueError."""
    if name != "auto" and name not in _known_timezones():
        raise ValueError(
            "this is no name of the time zone database, such as 'Africa/Casablanca', "
            "nor 'auto' (the site's own)"
        )
    return name


def split_commas(given: object) -> object:
    """Take `daily=a,b`, `daily=a&daily=b` and any mix."""
    if not isinstance(given, Sequence) or isinstance(given, str):
        return given
    return [name.strip() for item in given for name in str(item).split(",") if name.strip()]


def _without_repeats(names: list[T]) -> list[T]:
    return list(dict.fromkeys(names))


#: What `daily` goes through.
NAMES = (BeforeValidator(split_commas), AfterValidator(_without_repeats))


class PlaceQuery(BaseModel):
    """Which place: a site by name, or the site nearest to a point."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str | None = Field(
        default=None, max_length=100, description="a site's id", examples=["marrakech"]
    )
    latitude: float | None = Field(
        default=None, ge=-90, le=90, allow_inf_nan=False, description="degrees north"
    )
    longitude: float | None = Field(
        default=None, ge=-180, le=180, allow_inf_nan=False, description="degrees east"
    )

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude, if it is a point that was asked for."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude

    @model_validator(mode="after")
    def _names_one_place(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude belong together: give both")
        if (self.point is None) == (self.site is None):
            raise ValueError("say which place: site=marrakech, or latitude and longitude")
        return self


class AnswerQuery(PlaceQuery):
    """How the answer is written."""

    timezone: Annotated[str, AfterValidator(known_timezone)] = Field(
        default="GMT",
        max_length=64,
        description="sets `utc_offset_seconds` and unix times; days are UTC days whatever it is",
    )
    temperature_unit: TemperatureUnit = TemperatureUnit.CELSIUS
    wind_speed_unit: WindSpeedUnit = WindSpeedUnit.KMH
    precipitation_unit: PrecipitationUnit = PrecipitationUnit.MM
    timeformat: TimeFormat = TimeFormat.ISO8601

    @property
    def units(self) -> Units:
        """The units asked for."""
        return Units(self.temperature_unit, self.wind_speed_unit, self.precipitation_unit)


class ForecastQuery(AnswerQuery):
    """What a forecast can be asked for."""

    daily: Annotated[list[ForecastSeries], *NAMES] = Field(
        default_factory=lambda: list(DEFAULT_SERIES),
        max_length=len(ForecastSeries),
        description="series wanted, by commas or repeated; each comes with its intervals",
    )
    forecast_days: int = Field(
        default=HORIZON_DAYS,
        ge=1,
        le=HORIZON_DAYS,
        description="how many days after the last observed one",
    )

    @property
    def series(self) -> list[ForecastSeries]:
        """The series wanted; an empty `daily` means all of them."""
        return self.daily or list(DEFAULT_SERIES)


class ArchiveQuery(AnswerQuery):
    """What the observations can be asked for."""

    daily: Annotated[list[Variable], *NAMES] = Field(
        default_factory=lambda: list(Variable),
        max_length=len(Variable),
        description="variables wanted, by commas or repeated",
    )
    start_date: date | None = Field(
        default=None, description="first day; by default 30 days up to the end"
    )
    end_date: date | None = Field(default=None, description="last day; by default the newest")

    @property
    def variables(self) -> list[Variable]:
        """The variables wanted; an empty `daily` means all of them."""
        return self.daily or list(Variable)

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise ValueError("end_date lies before start_date")
        return self
