"""The collector's settings."""

from datetime import date

from pydantic import Field

from shared.contracts.provenance import Source
from shared.settings import DatabaseSettings, RedisSettings, Settings


class SimulatorSettings(Settings):
    """Where the simulator listens, and is asked."""

    simulator_url: str | None = Field(default=None, description="http://host:port")


class CollectorSettings(DatabaseSettings, RedisSettings, SimulatorSettings):
    """Where things are, and where observations come from."""

    source: Source = Field(default=Source.OPEN_METEO, description="where new sites are collected")
    backfill_start: date = Field(
        default=date(2015, 1, 1), description="first day of a site that is collected anew"
    )
    open_meteo_archive_url: str = "https://archive-api.open-meteo.com/v1/archive"
    open_meteo_forecast_url: str = "https://api.open-meteo.com/v1/forecast"
