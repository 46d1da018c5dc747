"""Settings of the API process."""

import limits
from pydantic import Field, field_validator

from api.access.policy import Policy
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
    api_rate_limit: str = Field(
        default="3000/minute", description="requests an address may make, over all processes"
    )
    api_key_rate_limit: str = Field(
        default="30000/minute", description="requests a key may make, over all processes"
    )
    api_cors_origins: str = Field(
        default="",
        description="origins whose pages may call the API, by commas; * for every one",
    )

    otlp_endpoint: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="a collector of OpenTelemetry, such as http://otel:4318; traces go there",
    )

    @field_validator("api_rate_limit", "api_key_rate_limit")
    @classmethod
    def _is_a_limit(cls, text: str) -> str:
        try:
            limits.parse(text)
        except ValueError:
            raise ValueError("must be a limit such as 3000/minute or 50/second") from None
        return text

    @property
    def policy(self) -> Policy:
        """How much may be asked, and from which pages."""
        origins = [origin.strip() for origin in self.api_cors_origins.split(",")]
        return Policy(
            address_limit=limits.parse(self.api_rate_limit),
            key_limit=limits.parse(self.api_key_rate_limit),
            cors_origins=tuple(origin for origin in origins if origin),
        )
