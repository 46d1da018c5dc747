"""`python -m api`: serve until told to stop."""

import sys

import uvicorn

from api.bootstrap import bootstrap
from api.settings import ApiSettings
from shared.adapters.artifacts import limit_mlflow_patience
from shared.adapters.logging import configure_logging
from shared.adapters.timezones import use_packaged_timezones
from shared.errors import ConfigurationError
from shared.settings import load

# Requests take milliseconds; what is slower than this is not worth waiting for.
GRACEFUL_SHUTDOWN_SECONDS = 5


def main() -> None:
    """Run the server in the foreground."""
    configure_logging("api")
    limit_mlflow_patience()
    try:
        use_packaged_timezones()
        settings = load(ApiSettings)
    except ConfigurationError as error:
        sys.exit(str(error))
    uvicorn.run(
        bootstrap(settings),
        host=settings.api_host,
        port=settings.api_port,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_SECONDS,
        server_header=False,
        # Our own logging is set up already; a line a request would bury what matters.
        log_config=None,
        access_log=False,
    )


if __name__ == "__main__":
    main()
