"""`python -m api`: serve until told to stop."""

import sys
from collections.abc import Callable
from types import FrameType

import uvicorn

from api.bootstrap import bootstrap
from api.settings import ApiSettings
from shared.adapters.artifacts import prepare_mlflow_client
from shared.adapters.logging import configure_logging
from shared.adapters.timezones import use_packaged_timezones
from shared.errors import ConfigurationError
from shared.settings import load

# Requests take milliseconds; what is slower than this is not worth waiting for.
GRACEFUL_SHUTDOWN_SECONDS = 5


class _Server(uvicorn.Server):
    """A server that ends what never ends by itself as soon as it is told to stop."""

    def __init__(self, config: uvicorn.Config, on_exit: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_exit = on_exit

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal to stop."""
        self._on_exit()
        super().handle_exit(sig, frame)


def main() -> None:
    """Run the server in the foreground."""
    configure_logging("api")
    try:
        use_packaged_timezones()
        settings = load(ApiSettings)
    except ConfigurationError as error:
        sys.exit(str(error))
    prepare_mlflow_client(settings.mlflow_token)
    app = bootstrap(settings)
    config = uvicorn.Config(
        app.front,
        host=settings.api_host,
        port=settings.api_port,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_SECONDS,
        server_header=False,
        # Our own logging is set up already; a line a request would bury what matters.
        log_config=None,
        access_log=False,
    )
    _Server(config, app.state.services.feed.close).run()


if __name__ == "__main__":
    main()
