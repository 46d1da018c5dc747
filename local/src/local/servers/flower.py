"""The task monitor, behind a login: `python -m local.servers.flower`, and the image of that name.

Addresses and the password come from files, so no command line shows them. It needs nothing of ours,
since its image has nothing of ours.
"""

import os
from pathlib import Path

from celery import Celery

USER = "climate"
# As all our processes have it (`shared.adapters.celery`): without it the monitor sees nothing.
KEY_PREFIX = "climate:"


def main() -> None:
    """Serve until told to stop."""
    os.environ |= {
        "FLOWER_BASIC_AUTH": f"{USER}:{_read('CLIMATE_FLOWER_PASSWORD_FILE')}",
        "FLOWER_ADDRESS": os.environ.get("CLIMATE_FLOWER_HOST", "127.0.0.1"),
        "FLOWER_PORT": os.environ["CLIMATE_FLOWER_PORT"],
    }
    app = Celery("flower", broker=_read("CLIMATE_REDIS_URL_FILE"))
    app.conf.broker_transport_options = {"global_keyprefix": KEY_PREFIX}
    app.conf.broker_connection_retry_on_startup = True
    app.start(argv=["flower"])


def _read(setting: str) -> str:
    return Path(os.environ[setting]).read_text(encoding="utf-8").strip()


if __name__ == "__main__":
    main()
