"""`python -m shared`: bring the databases to the newest shape and add the default site.

Where it is told of the services' addresses, it also prepares the roles they sign in as.
"""

import sys

import structlog
from sqlalchemy.exc import OperationalError

from shared.adapters.database import make_engine, make_session_factory
from shared.adapters.logging import configure_logging
from shared.adapters.migrations import migrate
from shared.adapters.roles import ADDRESSES, Role, grant, prepare_server
from shared.adapters.sites import add_site
from shared.contracts.sites import DEFAULT_SITE
from shared.errors import ConfigurationError
from shared.settings import MigrateSettings, load

log = structlog.get_logger()

REFUSED = """\
The database refuses its owner's password; one that exists keeps the one it was made with.
Put that back into CLIMATE_DATABASE_URL (in containers: .secrets/postgres_password, then make up).
"""


def main() -> None:
    """Migrate once and exit."""
    configure_logging("migrate")
    try:
        settings = load(MigrateSettings)
    except ConfigurationError as error:
        sys.exit(str(error))
    url = settings.database_url.get_secret_value()
    roles = roles_of(settings)
    try:
        prepare_server(url, roles)
    except OperationalError as error:
        if "password authentication failed" in str(error.orig):
            sys.exit(REFUSED)
        raise
    migrate(url)
    engine = make_engine(url)
    grant(engine, roles)
    with make_session_factory(engine).begin() as session:
        if add_site(session, DEFAULT_SITE):
            log.info("site added", site_id=DEFAULT_SITE.site_id)
    log.info("database is up to date", roles=sorted({role.name for role in roles}))


def roles_of(settings: MigrateSettings) -> list[Role]:
    """Return the roles of the services whose address is known."""
    addresses = {name: getattr(settings, name) for name in ADDRESSES}
    return [
        Role.of(url.get_secret_value(), ADDRESSES[name]) for name, url in addresses.items() if url
    ]


if __name__ == "__main__":
    main()
