"""The migrations: how the system's database comes to its present shape."""

from importlib import resources

from alembic import command
from alembic.config import Config

# Two processes may migrate at the same time; the second one waits and finds nothing to do.
LOCK_KEY = 7_220_146


def migrate(database_url: str, to: str = "head") -> None:
    """Bring the database at this address to a shape, the newest by default; safe to run again."""
    command.upgrade(configuration(database_url), to)


def configuration(database_url: str) -> Config:
    """Return what Alembic must know: where the migrations are, and the database."""
    config = Config()
    config.set_main_option("script_location", str(resources.files(__name__)).replace("%", "%%"))
    config.attributes["database_url"] = database_url
    return config
