"""Settings of the API process."""

from pydantic import Field

from shared.settings import DatabaseSettings, MlflowSettings, RedisSettings


class ApiSettings(DatabaseSettings, RedisSettings, MlflowSettings):
    """Where the API listens, and how far it looks for a site."""

    api_host: str = Field(default="127.0.0.1", description="address the API listens on")
    api_port: int = Field(default=8000, ge=1, le=65535, description="port the API listens on")
    site_radius_km: float = Field(
        default=25.0, gt=0, description="a place asked for is served by a site no farther than this"
    )
    flower_url: str | None = Field(
        default=None, description="where people find Flower; the pages lead there if it is set"
    )
