"""`python -m local.servers.flower`: the task monitor, behind a login.

Addresses and the password come from files, so no command line shows them.
"""

import os
from pathlib import Path

from local.secrets import FLOWER_USER
from shared.adapters.celery import make_celery_app
from shared.contracts.queues import Service
from shared.settings import RedisSettings, load


def main() -> None:
    """Serve until told to stop."""
    password = Path(os.environ["CLIMATE_FLOWER_PASSWORD_FILE"]).read_text(encoding="utf-8")
    os.environ |= {
        "FLOWER_BASIC_AUTH": f"{FLOWER_USER}:{password.strip()}",
        "FLOWER_ADDRESS": "127.0.0.1",
        "FLOWER_PORT": os.environ["CLIMATE_FLOWER_PORT"],
    }
    redis_url = load(RedisSettings).redis_url.get_secret_value()
    # Any service's app will do, without its tasks: the monitor only listens to the workers.
    make_celery_app(Service.COLLECTOR, redis_url, include=[]).start(argv=["flower"])


if __name__ == "__main__":
    main()
