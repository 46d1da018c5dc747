"""A Redis server from the wheel: a broker that keeps what it acknowledged and evicts nothing."""

import signal
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from local.servers.wheels import REDIS_PROGRAMS, program

# Without limits a runaway queue would take the machine down; with `noeviction` a full server
# refuses writes instead of forgetting messages. Another title would overwrite the
# environment by which a server left behind is recognised.
_CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{data}"
appendonly yes
appendfsync everysec
save ""
maxmemory 256mb
maxmemory-policy noeviction
set-proc-title no
"""


@dataclass(frozen=True)
class Redis:
    """One server: where its files are, where it listens, who may enter.

    Attributes
    ----------
    data : Path
        Folder of its files; created by `initialise`.
    port : int
        TCP port on 127.0.0.1.
    password_file : Path
        File with the password, readable by the owner alone.
    """

    data: Path
    port: int
    password_file: Path

    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    @property
    def _configuration(self) -> Path:
        return self.data / "redis.conf"

    def initialise(self) -> None:
        """Write the configuration; the password stands there, not on the command line."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._configuration.touch(mode=0o600)
        self._configuration.write_text(
            _CONFIGURATION.format(
                port=self.port,
                password=self._password(),
                data=str(self.data).replace("\\", "\\\\").replace('"', '\\"'),
            ),
            encoding="utf-8",
        )

    def _password(self) -> str:
        return self.password_file.read_text(encoding="utf-8").strip()

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground; it holds no secret."""
        return [str(program(REDIS_PROGRAMS, "redis-server")), str(self._configuration)]

    def url(self, database: int = 0) -> str:
        """Return the address of one of its databases, password included."""
        return f"redis://:{self._password()}@127.0.0.1:{self.port}/{database}"

    def is_ready(self) -> bool:
        """Say whether the server answers."""
        with redis.Redis.from_url(
            self.url(), socket_connect_timeout=2, socket_timeout=2, retry=Retry(NoBackoff(), 0)
        ) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False
