"""Opening a replay that was made: its record, and its databases for whoever reads them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.orm import Session

from local.replay import databases
from local.replay.weather import Injected, What
from local.report import Injection, Origin, Record, read_record
from shared.adapters.database import make_engine
from shared.errors import ClimateError

RECORD = "replay.json"

_TELL = {
    What.SHIFT: "the temperatures read {:+g} degC from here on",
    What.OUTAGE: "the source was away for {:g} days",
    What.BROKEN_MODEL: "models were damaged on their way to the store for {:g} days",
    What.REVISION: "the provider corrected the temperatures of the last month by {:+g} degC",
}
_LASTING_DAYS = {What.OUTAGE, What.BROKEN_MODEL}


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
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)

    def read(self, site_id: str) -> list[Record]:
        """Return what became of a site's forecasts, one record a policy."""
        return [self._read(policy, site_id) for policy in self.policies]

    def origin(self) -> Origin:
        """Return how the record came about, for its report."""
        hashes = self.record["databases"]
        return Origin(
            command=self.record["command"],
            ledger_hash=hashes[self.policies[0]]["ledger_hash"] or "",
            injections=tuple(map(_told, self.record["injections"])),
        )

    def _read(self, policy: str, site_id: str) -> Record:
        engine = make_engine(self.url(policy))
        try:
            with Session(engine) as session:
                return read_record(session, site_id, policy=policy)
        finally:
            engine.dispose()


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


def _told(injection: dict[str, Any]) -> Injection:
    one = Injected(
        What(injection["what"]), date.fromisoformat(injection["first"]), injection["amount"]
    )
    lasts = one.what in _LASTING_DAYS
    last = one.first + timedelta(days=one.amount - 1) if lasts else None
    return Injection(_TELL[one.what].format(one.amount), one.first, last)
