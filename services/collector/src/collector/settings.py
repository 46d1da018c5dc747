"""The collector's settings."""

from datetime import date, timedelta

from pydantic import Field, SecretStr, field_validator

from collector.ring import DEFAULT_RING, RingShape
from shared.contracts.provenance import Source
from shared.settings import (
    DatabaseSettings,
    HealthSettings,
    RedisSettings,
    Settings,
    refuse_placeholder,
)


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


class OpenMeteoSettings(Settings):
    """Where Open-Meteo is, for what each of its hosts is asked, and how many calls it grants.

    A limit that is not set is that of the free service; with a key there is none.
    """

    open_meteo_archive_url: str = "https://archive-api.open-meteo.com/v1/archive"
    open_meteo_forecast_url: str = "https://api.open-meteo.com/v1/forecast"
    open_meteo_previous_runs_url: str = "https://previous-runs-api.open-meteo.com/v1/forecast"
    open_meteo_archive_model: str = "era5_seamless"
    open_meteo_forecast_model: str = "best_match"
    open_meteo_archive_lag: timedelta = Field(
        default=timedelta(days=7), ge=timedelta(0), le=timedelta(days=90)
    )
    open_meteo_api_key: SecretStr | None = Field(default=None, description="of the paid service")
    open_meteo_calls_per_minute: float | None = Field(default=None, ge=10)
    # A request for some years of a site and its ring has to find room in an hour.
    open_meteo_calls_per_hour: float | None = Field(default=None, ge=600)
    open_meteo_calls_per_day: float | None = Field(default=None, ge=600)
    open_meteo_margin: float = Field(default=0.1, ge=0, le=0.5)
    open_meteo_reserve: float = Field(default=0.2, ge=0, le=0.4)
    payloads_kept: timedelta = Field(default=timedelta(days=30), ge=timedelta(days=1))

    @field_validator(
        "open_meteo_archive_url", "open_meteo_forecast_url", "open_meteo_previous_runs_url"
    )
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        if not url.startswith(("https://", "http://")):
            raise ValueError("must begin with https:// or http://")
        return url

    @field_validator("open_meteo_api_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr | None) -> SecretStr | None:
        """Take an empty key for none, as a file of settings may leave it."""
        if key is None or not key.get_secret_value().strip():
            return None
        refuse_placeholder(key.get_secret_value())
        return key


class HistorySettings(Settings):
    """How far back observations are wanted."""

    backfill_start: date = Field(
        default=date(2015, 1, 1), description="first day of a site that is collected anew"
    )


class CollectorSettings(
    DatabaseSettings,
    RedisSettings,
    HealthSettings,
    SimulatorSettings,
    OpenMeteoSettings,
    GeocodingSettings,
    RingSettings,
    HistorySettings,
):
    """Where things are, and where observations come from."""

    source: Source = Field(default=Source.OPEN_METEO, description="where new sites are collected")
