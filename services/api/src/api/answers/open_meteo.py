"""Open-Meteo's own paths: its parameters, several places in one call, and its shape to the letter.

Whoever has a client of Open-Meteo changes its base address and nothing else. So an answer holds
the series that were asked for and no others; what is ours stands apart, under `climate`. Parameters
that say what is so anyway (`models=best_match`, `past_days=0`) are taken; those that ask for what
there is not (`hourly`) are refused, in Open-Meteo's words for it.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from api.answers.daily import INTERVALS
from api.answers.parameters import (
    NAMES,
    ArchiveQuery,
    ForecastQuery,
    ForecastSeries,
    TimeFormat,
    known_timezone,
    split_commas,
)
from api.answers.shapes import ArchiveAnswer, ForecastAnswer, Series, ServedBy
from api.answers.units import PrecipitationUnit, TemperatureUnit, WindSpeedUnit
from shared.contracts.provenance import Provenance
from shared.forecasting.variables import HORIZON_DAYS, Variable

MOST_PLACES = 100
# Longer than a timezone name, a number or a series can be.
_Text = Annotated[str, StringConstraints(max_length=80)]

#: Each name `daily` may hold, and the series of ours it is part of.
FORECAST_NAMES: Mapping[str, ForecastSeries] = {
    name: series
    for series in ForecastSeries
    for name in (
        series.value,
        *(f"{series.value}_{interval}" for interval in INTERVALS if not series.is_probability),
    )
}


class Format(StrEnum):
    """What `format` may be."""

    JSON = "json"
    FLATBUFFERS = "flatbuffers"


def _known_name(name: str) -> str:
    if name not in FORECAST_NAMES:
        raise ValueError(f"there is no such series; there are: {', '.join(FORECAST_NAMES)}")
    return name


_COMMAS = BeforeValidator(split_commas)
_Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
_Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
_Timezone = Annotated[str, Field(max_length=64), AfterValidator(known_timezone)]


class OpenMeteoQuery(BaseModel):
    """What Open-Meteo's paths have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    latitude: Annotated[list[_Latitude], _COMMAS] = Field(
        min_length=1, max_length=MOST_PLACES, description="degrees north, one a place, by commas"
    )
    longitude: Annotated[list[_Longitude], _COMMAS] = Field(
        min_length=1, max_length=MOST_PLACES, description="degrees east, one a place, by commas"
    )
    timezone: Annotated[list[_Timezone], _COMMAS] = Field(
        default_factory=lambda: ["GMT"],
        min_length=1,
        max_length=MOST_PLACES,
        description="one for all places, or one a place; days are UTC days whatever it is",
    )
    temperature_unit: TemperatureUnit = TemperatureUnit.CELSIUS
    wind_speed_unit: WindSpeedUnit = WindSpeedUnit.KMH
    precipitation_unit: PrecipitationUnit = PrecipitationUnit.MM
    timeformat: TimeFormat = TimeFormat.ISO8601
    format: Format = Field(default=Format.JSON, description="`flatbuffers` as Open-Meteo's SDK")
    models: Literal["best_match", "auto"] = Field(
        default="best_match", description="the champions answer, whatever this says"
    )
    cell_selection: Literal["land", "sea", "nearest"] = Field(
        default="nearest", description="the nearest site answers, whatever this says"
    )
    apikey: _Text | None = Field(default=None, description="not needed, and not looked at")

    @model_validator(mode="after")
    def _has_one_of_each_a_place(self) -> Self:
        if len(self.latitude) != len(self.longitude):
            raise ValueError(
                f"latitude has {len(self.latitude)} values and longitude {len(self.longitude)}: "
                "give one of each a place"
            )
        if len(self.timezone) not in {1, len(self.latitude)}:
            raise ValueError("timezone: give one for all places, or one a place")
        return self

    def _places(self) -> Iterator[dict[str, Any]]:
        """Yield, for each place, what every query of ours takes."""
        zones = self.timezone * (len(self.latitude) if len(self.timezone) == 1 else 1)
        for latitude, longitude, zone in zip(self.latitude, self.longitude, zones, strict=True):
            yield {
                "latitude": latitude,
                "longitude": longitude,
                "timezone": zone,
                "temperature_unit": self.temperature_unit,
                "wind_speed_unit": self.wind_speed_unit,
                "precipitation_unit": self.precipitation_unit,
                "timeformat": (
                    TimeFormat.UNIXTIME if self.format is Format.FLATBUFFERS else self.timeformat
                ),
            }


class OpenMeteoForecastQuery(OpenMeteoQuery):
    """What `/v1/forecast` can be asked for."""

    daily: Annotated[
        list[Annotated[_Text, AfterValidator(_known_name)]],
        *NAMES,
        Field(json_schema_extra={"items": {"type": "string", "enum": list(FORECAST_NAMES)}}),
    ] = Field(
        default_factory=list,
        max_length=len(FORECAST_NAMES),
        description="series wanted, by commas; intervals too, such as temperature_2m_max_lower_80",
    )
    forecast_days: int = Field(default=HORIZON_DAYS, ge=1, le=HORIZON_DAYS)
    past_days: Literal[0, "0"] = Field(default=0, description="past days are in /v1/archive")

    def queries(self) -> list[ForecastQuery]:
        """Return our own query of each place."""
        series = list(dict.fromkeys(FORECAST_NAMES[name] for name in self.daily))
        return [
            ForecastQuery(**place, daily=series, forecast_days=self.forecast_days)
            for place in self._places()
        ]


class OpenMeteoArchiveQuery(OpenMeteoQuery):
    """What `/v1/archive` can be asked for."""

    start_date: date
    end_date: date
    daily: Annotated[list[Variable], *NAMES] = Field(
        default_factory=list, max_length=len(Variable), description="variables wanted, by commas"
    )

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end_date < self.start_date:
            raise ValueError("end_date lies before start_date")
        return self

    def queries(self) -> list[ArchiveQuery]:
        """Return our own query of each place."""
        return [
            ArchiveQuery(
                **place, daily=self.daily, start_date=self.start_date, end_date=self.end_date
            )
            for place in self._places()
        ]


class ClimateAnswer(BaseModel):
    """What an answer says beyond Open-Meteo's: where it comes from."""

    site: str
    provenance: Provenance | None = None
    attribution: str | None = None
    reference_time: date | None = None
    stale: bool | None = None
    stale_days: int | None = None
    served_by: dict[Variable, ServedBy] | None = None


class OpenMeteoAnswer(BaseModel):
    """An answer in Open-Meteo's shape."""

    latitude: float = Field(examples=[31.63])
    longitude: float = Field(examples=[-8.0])
    generationtime_ms: float = Field(examples=[0.21])
    utc_offset_seconds: int = Field(examples=[0])
    timezone: str = Field(examples=["GMT"])
    timezone_abbreviation: str = Field(examples=["GMT"])
    elevation: float | None = Field(default=None, examples=[466.0])
    location_id: int | None = Field(default=None, description="of each place but the first")
    daily_units: dict[str, str] | None = None
    daily: dict[str, Series] | None = None
    climate: ClimateAnswer


class OpenMeteoError(BaseModel):
    """Every error on Open-Meteo's paths."""

    error: Literal[True] = True
    reason: str = Field(examples=["latitude has 2 values and longitude 1: give one of each"])


def open_meteo_answer(
    answer: ForecastAnswer | ArchiveAnswer, names: list[str], *, location_id: int = 0
) -> OpenMeteoAnswer:
    """Return an answer of ours in Open-Meteo's shape, with these series in this order."""
    wanted = ("time", *names)
    has_days = bool(names)
    return OpenMeteoAnswer(
        latitude=answer.latitude,
        longitude=answer.longitude,
        generationtime_ms=answer.generationtime_ms,
        utc_offset_seconds=answer.utc_offset_seconds,
        timezone=answer.timezone,
        timezone_abbreviation=answer.timezone_abbreviation,
        elevation=answer.elevation,
        location_id=location_id or None,
        daily_units={name: answer.daily_units[name] for name in wanted} if has_days else None,
        daily={name: answer.daily[name] for name in wanted} if has_days else None,
        climate=_climate(answer),
    )


def _climate(answer: ForecastAnswer | ArchiveAnswer) -> ClimateAnswer:
    climate = ClimateAnswer(
        site=answer.site, provenance=answer.provenance, attribution=answer.attribution
    )
    if isinstance(answer, ArchiveAnswer):
        return climate
    return climate.model_copy(
        update={
            "reference_time": answer.reference_time,
            "stale": answer.stale,
            "stale_days": answer.stale_days,
            "served_by": answer.models,
        }
    )
