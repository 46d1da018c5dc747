"""The collector's settings."""

from datetime import date

from pydantic import Field, field_validator

from collector.ring import DEFAULT_RING, RingShape
from shared.contracts.provenance import Source
from shared.settings import DatabaseSettings, RedisSettings, Settings


class SimulatorSettings(Settings):
    """Where the simulator listens, and is asked."""

    simulator_url: str | None = Field(default=None, description="http://host:port")


class GeocodingSettings(Settings):
    """Where the position of a name is asked for."""

    open_meteo_geocoding_url: str = "https://geocoding-api.open-meteo.com/v1/search"


class RingSettings(Settings):
    """The points around each site that are collected with it."""

    ring_points: str = Field(
        default=DEFAULT_RING,
        description="degrees clockwise from upstream @ kilometres, with commas; or none",
    )

    @field_validator("ring_points")
    @classmethod
    def _can_be_drawn(cls, text: str) -> str:
        RingShape.parse(text)
        return text

    @property
    def ring(self) -> RingShape:
        """The shape of every ring."""
        return RingShape.parse(self.ring_points)


class CollectorSettings(
    DatabaseSettings, RedisSettings, SimulatorSettings, GeocodingSettings, RingSettings
):
    """Where things are, and where observations come from."""

    source: Source = Field(default=Source.OPEN_METEO, description="where new sites are collected")
    backfill_start: date = Field(
        default=date(2015, 1, 1), description="first day of a site that is collected anew"
    )
    open_meteo_archive_url: str = "https://archive-api.open-meteo.com/v1/archive"
    open_meteo_forecast_url: str = "https://api.open-meteo.com/v1/forecast"
