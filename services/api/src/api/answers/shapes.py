"""The answers in Open-Meteo's shape: parallel arrays of days, and what they were made from."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from api.serving.snapshot import Rung
from shared.contracts.provenance import Provenance
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable

#: What one day counts as, said in every answer: our days do not move with the time zone.
DAY_DEFINITION = "00:00-24:00 UTC"

Series = list[str] | list[int] | list[float | None]


class PlaceAnswer(BaseModel):
    """Where an answer is of, and on which clock; the first keys of Open-Meteo's answer."""

    latitude: float = Field(examples=[31.63])
    longitude: float = Field(examples=[-8.0])
    elevation: float | None = Field(default=None, examples=[466.0])
    generationtime_ms: float = Field(examples=[0.21])
    utc_offset_seconds: int = Field(examples=[0])
    timezone: str = Field(examples=["GMT"])
    timezone_abbreviation: str = Field(examples=["GMT"])
    day_definition: str = DAY_DEFINITION
    site: str = Field(examples=["marrakech"])
    provenance: Provenance | None = Field(
        default=None, description="where every observation of this site comes from"
    )
    attribution: str | None = None


class ServedBy(BaseModel):
    """What made the forecast of one variable."""

    served_by: Rung = Field(
        description="the champion; `previous_champion` where it cannot answer; `climatology` where "
        "no model can; `none`: values are null"
    )
    reason: str | None = Field(default=None, description="why it is not a champion")
    model_version: str | None = Field(default=None, examples=["3"])
    candidate_id: UUID | None = None
    family: Family | None = None
    epoch: int | None = Field(default=None, examples=[7])
    train_cutoff: date | None = Field(
        default=None, description="last day any training target lies on"
    )


class ForecastAnswer(PlaceAnswer):
    """Seven days of daily weather, each with its 80 % and 95 % intervals."""

    reference_time: date = Field(description="the last observed day the forecast knew of")
    stale: bool = Field(description="whether a newer day should have been observed by now")
    stale_days: int = Field(examples=[0])
    models: dict[Variable, ServedBy]
    daily_units: dict[str, str]
    daily: dict[str, Series]


class ArchiveAnswer(PlaceAnswer):
    """Daily observations."""

    daily_units: dict[str, str]
    daily: dict[str, Series]
