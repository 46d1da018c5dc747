"""A whole replay: every policy lives each day, one after the other, on what is known by then."""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from collector.ports import Days
from local.replay import databases
from local.replay.apart import Apart, Life, apart
from local.replay.digest import ledger_hash
from local.replay.opening import RECORD, kept_record
from local.replay.pace import side_by_side
from local.replay.policies import Policy
from local.replay.pool import open_pool
from local.replay.resident import Resident, Watch, share_one_arena
from local.replay.sharing import Shared
from local.replay.system import MODELS_A_SITE, Terms
from local.replay.tracker import ModelFolder
from local.replay.weather import Injected, Weather
from registry_gate.issuing.models import LoadedModels
from shared.adapters.database import SessionFactory
from shared.adapters.sites import add_site, list_sites
from shared.contracts.sites import Site
from shared.errors import ClimateError
from shared.forecasting.history import DailyHistory

_CHANGES = """
select count(*) filter (where kind = 'promote') as promotions,
       count(*) filter (where kind = 'rollback') as rollbacks
from promotions
"""


@dataclass(frozen=True)
class Request:
    """What is to be replayed.

    Attributes
    ----------
    first, last : date
        The observed days on whose mornings after the services work.
    command : str
        What makes the same again, for its report.
    processes : int
        Which make contenders beside this one; nothing that comes of it depends on their number.
    """

    sites: Mapping[str, tuple[Site, Days]]
    first: date
    last: date
    policies: Sequence[Policy]
    terms: Terms
    injected: Sequence[Injected] = ()
    processes: int = 1
    command: str = ""

    def __post_init__(self) -> None:
        elsewhere = {one.site_id for one in self.injected} - {None, *self.sites}
        if elsewhere:
            raise ClimateError(
                f"Nothing can be injected at {', '.join(map(str, elsewhere))}: replayed are "
                f"{', '.join(self.sites)}."
            )

    def as_json(self) -> dict[str, Any]:
        """Return what fixes the outcome."""
        return {
            "seed": self.terms.seed,
            "trials": self.terms.trials,
            "retrain_every_days": self.terms.retrain_every.days,
            "policies": list(self.policies),
            "sites": {name: _digest(days) for name, (_, days) in sorted(self.sites.items())},
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "injections": [one.as_json() for one in self.injected],
        }


def replay(request: Request, home: Path, watch: Watch) -> dict[str, Any]:
    """Replay, or go on where an interruption left it; return what `replay.json` says.

    Raises
    ------
    ClimateError
        Another replay is kept in this folder.
    """
    record = _opened(home, request)
    started, measure = time.monotonic(), Resident()
    share_one_arena()
    with ExitStack() as stack:
        address = stack.enter_context(databases.server(home))
        pool = stack.enter_context(
            open_pool(
                processes=request.processes,
                trials=request.terms.trials,
                n_sites=len(request.sites),
            )
        )
        records = {
            policy.value: stack.enter_context(databases.database(address, database_name(policy)))
            for policy in request.policies
        }
        for sessions in records.values():
            _found(sessions, request)
        models = ModelFolder(home / "artifacts")
        n_loaded = MODELS_A_SITE * len(request.sites) * len(request.policies)
        shared = Shared(pool, models, LoadedModels(models, n_loaded))
        lives = {
            name: stack.enter_context(apart(life, shared))
            for name, life in _lives(request, home, address).items()
        }
        _live(request, lives, measure.watching(watch))
        for policy, sessions in records.items():
            with sessions() as session:
                record["databases"][policy] = {
                    "name": database_name(policy),
                    "ledger_hash": ledger_hash(session),
                    **session.execute(text(_CHANGES)).mappings().one(),
                }
    record["run_seconds"].append(round(time.monotonic() - started, 1))
    record["rss_mb"].append(measure.megabytes)
    _write(home, record)
    return record


def _named(request: Request) -> dict[str, Any]:
    """Return what is known from the start, so that an unfinished replay can be read too."""
    unknown = {"ledger_hash": None, "promotions": None, "rollbacks": None}
    return {policy: {"name": database_name(policy), **unknown} for policy in request.policies}


def _digest(days: Days) -> str:
    return DailyHistory.from_days(days).content_hash()


def database_name(policy: str) -> str:
    """Return the name of a policy's database."""
    return f"replay_{policy.replace('-', '_')}"


def _found(sessions: SessionFactory, request: Request) -> None:
    """Add the sites, unless they were before an interruption."""
    with sessions.begin() as session:
        there = {site.site_id for site in list_sites(session)}
        for site_id in sorted(set(request.sites) - there):
            add_site(session, request.sites[site_id][0])


def _lives(request: Request, home: Path, server: str) -> dict[str, Life]:
    weather = {
        site_id: Weather(days, [one for one in request.injected if one.is_at(site_id)])
        for site_id, (_, days) in request.sites.items()
    }
    return {
        policy.value: Life(
            policy,
            databases.address_of(server, database_name(policy)),
            request.terms,
            weather,
            home / "artifacts",
            request.injected,
        )
        for policy in request.policies
    }


def _live(request: Request, lives: Mapping[str, Apart], watch: Watch) -> None:
    n_days = (request.last - request.first).days + 1

    def live(name: str, place: int) -> None:
        lives[name].live(request.first + timedelta(days=place))

    side_by_side(
        list(lives),
        live,
        days=n_days,
        watch=lambda done: watch(request.first + timedelta(days=done), done, n_days),
    )
    watch(request.last, n_days, n_days)


def _opened(home: Path, request: Request) -> dict[str, Any]:
    """Return the record in a folder, a new one if there is none."""
    wanted = request.as_json()
    if (home / RECORD).exists():
        record = kept_record(home)
        if {name: record.get(name) for name in wanted} != wanted:
            other = sorted(name for name in wanted if record.get(name) != wanted[name])
            raise ClimateError(
                f"{home} keeps another replay ({', '.join(other)} differ): name another folder "
                "with --home."
            )
        return record
    home.mkdir(parents=True, exist_ok=True)
    record = {
        **wanted,
        "command": request.command,
        "databases": {},
        "run_seconds": [],
        "rss_mb": [],
    }
    _write(home, record)
    return record


def _write(home: Path, record: Mapping[str, Any]) -> None:
    unfinished = home / f"{RECORD}.unfinished"
    unfinished.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(home / RECORD)
