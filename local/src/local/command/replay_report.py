"""What a report is told of a replay: its records, and how they came about."""

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from shared.adapters.database import make_engine

if TYPE_CHECKING:
    from local.replay.opening import Opened
    from local.replay.weather import Injected
    from local.report import Injection, Origin, Record

# By what was injected; the second word says whether it lasts for so many days.
_TOLD = {
    "shift": ("the temperatures read {:+g} degC from here on", False),
    "outage": ("the source was away for {:g} days", True),
    "broken-model": ("models were damaged on their way to the store for {:g} days", True),
    "revision": ("the provider corrected the temperatures of the last month by {:+g} degC", False),
}


def records_of(replay: "Opened", site_id: str) -> "list[Record]":
    """Return what became of a site's forecasts, one record a policy."""
    return [_record(replay, policy, site_id) for policy in replay.policies]


def origin_of(replay: "Opened", site_id: str) -> "Origin":
    """Return how the records of a site came about."""
    from local.report import Origin  # noqa: PLC0415 - the library that draws

    return Origin(
        command=replay.record["command"],
        ledger_hash=replay.record["databases"][replay.policies[0]]["ledger_hash"] or "",
        injections=tuple(_told(one) for one in replay.injected if one.is_at(site_id)),
    )


def _record(replay: "Opened", policy: str, site_id: str) -> "Record":
    from local.report import read_record  # noqa: PLC0415 - as above

    engine = make_engine(replay.url(policy))
    try:
        with Session(engine) as session:
            return read_record(session, site_id, policy=policy)
    finally:
        engine.dispose()


def _told(one: "Injected") -> "Injection":
    from local.report import Injection  # noqa: PLC0415 - as above

    sentence, lasts = _TOLD[one.what]
    last = one.first + timedelta(days=one.amount - 1) if lasts else None
    return Injection(sentence.format(one.amount), one.first, last)
