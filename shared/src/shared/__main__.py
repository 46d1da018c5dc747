"""`python -m shared`: bring the database to the newest shape and add the default site."""

import sys

import structlog

from shared.adapters.database import make_engine, make_session_factory
from shared.adapters.logging import configure_logging
from shared.adapters.migrations import migrate
from shared.adapters.sites import add_site
from shared.contracts.sites import DEFAULT_SITE
from shared.errors import ConfigurationError
from shared.settings import DatabaseSettings, load

log = structlog.get_logger()


def main() -> None:
    """Migrate once and exit."""
    configure_logging("migrate")
    try:
        url = load(DatabaseSettings).database_url.get_secret_value()
    except ConfigurationError as error:
        sys.exit(str(error))
    migrate(url)
    with make_session_factory(make_engine(url)).begin() as session:
        if add_site(session, DEFAULT_SITE):
            log.info("site added", site_id=DEFAULT_SITE.site_id)
    log.info("database is up to date")


if __name__ == "__main__":
    main()
