"""Opening a replay that was made: its record, and its databases for whoever reads them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from local.replay import databases
from local.replay.weather import Injected, What
from shared.errors import ClimateError

RECORD = "replay.json"


@dataclass(frozen=True)
class Opened:
    """A replay whose server is running.

    Attributes
    ----------
    record : dict
        What `replay.json` says.
    """

    record: dict[str, Any]
    server: str

    @property
    def policies(self) -> list[str]:
        """The policies, in the order they were asked for."""
        return list(self.record["policies"])

    def url(self, policy: str) -> str:
        """Return the address of a policy's database; raises `ClimateError` if there is none."""
        if policy not in self.record["databases"]:
            known = ", ".join(self.record["databases"])
            raise ClimateError(f"No policy {policy!r} was replayed here, but {known}.")
        name = self.record["databases"][policy]["name"]
        return databases.address_of(self.server, name)

    @property
    def injected(self) -> list[Injected]:
        """What was done to the system on purpose."""
        return [
            Injected(
                What(one["what"]),
                date.fromisoformat(one["first"]),
                one["amount"],
                one.get("site_id"),  # records of before have none
            )
            for one in self.record["injections"]
        ]


def kept_record(home: Path) -> dict[str, Any]:
    """Return what `replay.json` says; raises `ClimateError` where there is none."""
    path = home / RECORD
    if not path.exists():
        raise ClimateError(f"{home} keeps no replay: `climate replay --home {home}` makes one.")
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


@contextmanager
def opened(home: Path) -> Iterator[Opened]:
    """Run the server of a replay as long as it is read."""
    record = kept_record(home)
    with databases.server(home.absolute()) as server:
        yield Opened(record, server)
