"""Settings that several services read: one small class a concern, prefix `CLIMATE_`.

Every setting may also be given as a file, `CLIMATE_<NAME>_FILE`, the convention of container
secrets. There is no usable default for a secret: a process without one refuses to start and says
what to set. A service's own settings class inherits the concerns it needs.
"""

import os
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shared.errors import ConfigurationError

PREFIX = "CLIMATE_"
_POSTGRESQL_SCHEMES = ("postgres", "postgresql", "postgresql+psycopg2")
_PLACEHOLDERS = ("changeme", "change-me", "example", "<", "placeholder")


class FileSettingsSource(PydanticBaseSettingsSource):
    """Reads `CLIMATE_<NAME>_FILE`: the setting is the content of the file named there."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the content of the field's file, stripped of its line end."""
        del field
        variable = f"{PREFIX}{field_name.upper()}_FILE"
        path = os.environ.get(variable)
        try:
            value = Path(path).read_text(encoding="utf-8").strip() if path else None
        except OSError as error:
            raise ConfigurationError(f"{variable} cannot be read: {error}.") from None
        return value, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the settings that were given as files."""
        found = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in found.items() if value is not None}


class Settings(BaseSettings):
    """Base of all settings classes."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    home: Path = Field(default=Path(".data"), description="where everything is kept")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Add the `_FILE` convention, weaker than a value given directly."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, FileSettingsSource(settings_cls)


class DatabaseSettings(Settings):
    """Where PostgreSQL is."""

    database_url: SecretStr = Field(description="postgresql+psycopg2://user:password@host/database")

    @field_validator("database_url")
    @classmethod
    def _names_the_driver(cls, url: SecretStr) -> SecretStr:
        return SecretStr(with_driver(url.get_secret_value()))


class MigrateSettings(DatabaseSettings):
    """The owner's address, and those the services are given, for which roles are prepared.

    Each may be left out: then that service signs in as the owner, as in the native stack.
    """

    collector_database_url: SecretStr | None = None
    trainer_database_url: SecretStr | None = None
    registry_gate_database_url: SecretStr | None = None
    api_database_url: SecretStr | None = None
    optuna_url: SecretStr | None = None
    mlflow_database_url: SecretStr | None = None


class RedisSettings(Settings):
    """Where Redis is: broker and event stream."""

    redis_url: SecretStr = Field(description="redis://:password@host:port/0")

    @field_validator("redis_url")
    @classmethod
    def _is_no_placeholder(cls, url: SecretStr) -> SecretStr:
        refuse_placeholder(url.get_secret_value())
        return url


class HealthSettings(Settings):
    """Where a process without a page of its own says how it is."""

    health_port: int | None = Field(
        default=None, ge=1, le=65535, description="answers /live and /ready; nobody asks if not set"
    )


class MlflowSettings(Settings):
    """Where the MLflow server is."""

    mlflow_url: str = Field(description="http://host:port")
    mlflow_token: SecretStr | None = Field(
        default=None, description="what the server wants to see; none where it asks for nothing"
    )

    @property
    def artifact_cache(self) -> Path:
        """Where this machine keeps copies of model artifacts."""
        return self.home / "cache" / "artifacts"


def with_driver(url: str) -> str:
    """Return a database address that names its driver and holds no placeholder.

    Clouds hand out `postgres://` and `postgresql://`; SQLAlchemy 2.1 would take the latter for
    psycopg 3.

    Examples
    --------
    >>> with_driver("postgres://u:p@db/climate")
    'postgresql+psycopg2://u:p@db/climate'
    """
    refuse_placeholder(url)
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in _POSTGRESQL_SCHEMES:
        raise ValueError("must be an address like postgresql://user:password@host/database")
    return f"{_POSTGRESQL_SCHEMES[-1]}://{rest}"


def refuse_placeholder(url: str) -> None:
    """Raise ValueError for an address nobody has filled in yet."""
    if any(mark in url.lower() for mark in _PLACEHOLDERS):
        raise ValueError("is still a placeholder")


S = TypeVar("S", bound=Settings)


def load(settings_class: type[S]) -> S:
    """Read settings from the environment once, at the start of a process.

    Raises
    ------
    ConfigurationError
        Names every variable that is missing or wrong; never shows a value.
    """
    try:
        return settings_class()
    except ValidationError as error:
        faults = "; ".join(
            f"{PREFIX}{str(fault['loc'][0]).upper()} {fault['msg'].lower()}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        message = (
            f"Settings are missing or wrong: {faults}. Set them in the environment, "
            "or as files by appending _FILE to the name; .env.example lists all."
        )
        raise ConfigurationError(message) from None
