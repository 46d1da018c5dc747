"""The same days, lived by the real services under a shifted clock and replayed: the same record.

A year takes some ten minutes; `CLIMATE_LIVE_DAYS` says how many days if not 365 (`make live`).
"""

import logging
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, make_url, select
from sqlalchemy.orm import Session

from collector.store import store_days
from local.replay import databases, virtual
from local.replay.opening import opened
from local.waiting import wait_until
from shared.adapters.celery import make_celery_app
from shared.adapters.database import SessionFactory, make_engine
from shared.adapters.ledger import unfinished_jobs
from shared.adapters.ledger_tables import deliveries
from shared.adapters.sites import add_site
from shared.adapters.tables import candidates, contenders, decisions, jobs, observations, promotions
from shared.adapters.verification_tables import forecasts, reviews, verified
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance
from shared.contracts.queues import Service
from shared.contracts.schedule import TICK_TASKS
from shared.contracts.sites import DEFAULT_SITE
from tests.support.replays import FIRST, SEED, TRIALS, finish_replay, made_up_days
from tests.support.servers import new_database
from tests.support.tracking import mlflow_server

DAYS = int(os.environ.get("CLIMATE_LIVE_DAYS", "365"))
SITE = DEFAULT_SITE.site_id
# A day takes some two seconds, one that trains up to a minute.
_LONGEST_DAY_SECONDS, _USUAL_DAY_SECONDS = 300.0, 6.0
_TICK_SECONDS = 2.0
SERVICES = (Service.TRAINER, Service.REGISTRY_GATE)

log = logging.getLogger(__name__)


@pytest.mark.slow
@pytest.mark.timeout(_LONGEST_DAY_SECONDS + _USUAL_DAY_SECONDS * DAYS)
def test_services_and_replay_decide_and_forecast_the_same(
    postgres_url: str, empty_redis_url: str, tmp_path: Path
) -> None:
    lived = _live(postgres_url, empty_redis_url, tmp_path)

    home = tmp_path / "replayed"
    finish_replay(home, days=DAYS)
    with opened(home) as replay:
        replayed = _record(replay.url("gate"))

    assert {one[1] for one in lived["decisions"]} >= {"promote"}
    assert lived["reviews"]
    for part in ("decisions", "promotions", "reviews"):
        assert lived[part] == replayed[part], part
    assert lived["forecasts"].keys() == replayed["forecasts"].keys()
    for key, values in lived["forecasts"].items():
        assert values == pytest.approx(replayed["forecasts"][key], abs=1e-6), key


def _live(postgres_url: str, redis_url: str, folder: Path) -> dict[str, Any]:
    """Live the days with the workers as they are; return the record."""
    name = f"live_{uuid4().hex[:12]}"
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    weather = made_up_days(DAYS)
    with (
        new_database(postgres_url) as optuna_url,
        mlflow_server(folder) as mlflow_url,
        databases.database(postgres_url, name) as sessions,
        _workers(folder, url, redis_url, optuna_url, mlflow_url),
    ):
        for place in range(DAYS):
            day = FIRST + timedelta(days=place)
            _observe(sessions, weather, day)
            living = _Day(sessions, redis_url, day)
            assert wait_until(living.is_over, seconds=_LONGEST_DAY_SECONDS), f"{day} did not end"
            log.info("%s is over, %d of %d days", day, place + 1, DAYS)
        return _record(url)


def _observe(sessions: SessionFactory, weather: Any, day: date) -> None:  # noqa: ANN401 - days
    """Let it be the morning after a day, and store what is new as the collector does."""
    now = datetime.combine(day + timedelta(days=1), time(6, tzinfo=UTC))
    new = {one: values for one, values in weather.items() if one <= day}
    if day > FIRST:
        new = {day: weather[day]}
    with sessions.begin() as session:
        virtual.set_time(session, now, step="morning")
    with sessions.begin() as session:
        if day == FIRST:
            add_site(session, DEFAULT_SITE)
        store_days(
            session,
            SITE,
            new,
            provenance=Provenance.IMPORTED,
            final_until=day,
            correlation_id=uuid4(),
        )


@contextmanager
def _workers(
    folder: Path, database_url: str, redis_url: str, optuna_url: str, mlflow_url: str
) -> Iterator[None]:
    environment = os.environ | {
        "CLIMATE_DATABASE_URL": database_url,
        "CLIMATE_REDIS_URL": redis_url,
        "CLIMATE_OPTUNA_URL": optuna_url,
        "CLIMATE_MLFLOW_URL": mlflow_url,
        "CLIMATE_HOME": str(folder / "home"),
        "CLIMATE_TRAINER_SEED": str(SEED),
        "CLIMATE_TRAINER_TRIALS": str(TRIALS),
        # Time that is measured must decide nothing: a replay takes none.
        "CLIMATE_TRAINER_WEIGHT_TIME": "0",
        "CLIMATE_TRAINER_TUNING_SECONDS": "600",
        "CLIMATE_GATE_MAX_ANSWER_MS": "60000",
    }
    processes = []
    for module in ("trainer", "registry_gate"):
        with (folder / f"{module}.log").open("wb") as log:
            command = [sys.executable, "-m", module]
            processes.append(
                subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)  # noqa: S603 - ours
            )
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=60)


@dataclass
class _Day:
    """A day that is being lived."""

    sessions: SessionFactory
    redis_url: str
    day: date
    looked_at: float = -math.inf

    def is_over(self) -> bool:
        """Say whether all that follows from it has happened; else let the services look again."""
        with self.sessions() as session:
            if not session.execute(unfinished_jobs()).all() and _has_followed(session, self.day):
                return True
        if monotonic() > self.looked_at + _TICK_SECONDS:
            self.looked_at = monotonic()
            for service in SERVICES:
                app = make_celery_app(service, self.redis_url)
                app.send_task(TICK_TASKS[service], queue=service.value)
                app.close()
        return False


def _has_followed(session: Session, day: date) -> bool:
    epoch = session.execute(select(func.max(promotions.c.epoch))).scalar_one() or 0
    issued = select(jobs.c.job_id).where(
        jobs.c.kind == JobKind.ISSUE, jobs.c.logical_date == day, jobs.c.part == f"epoch {epoch}"
    )
    undecided = (
        select(candidates.c.candidate_id)
        .outerjoin(decisions, decisions.c.candidate_id == candidates.c.candidate_id)
        .where(decisions.c.decision_id.is_(None))
    )
    news = select(verified.c.site_id).where(
        verified.c.known_at < select(func.max(observations.c.known_at)).scalar_subquery()
    )
    trained = select(jobs.c.job_id).where(
        jobs.c.kind == JobKind.TRAIN,
        jobs.c.created_at > func.clock_timestamp() - timedelta(days=7),
    )
    # An event that asks for a retraining belongs to its day, too.
    owed = select(deliveries.c.position).where(
        deliveries.c.state == "owed", deliveries.c.consumer.in_(SERVICES)
    )
    has = [bool(session.execute(query).all()) for query in (issued, trained)]
    lacks = [bool(session.execute(query).all()) for query in (undecided, news, owed)]
    return all(has) and not any(lacks)


def _record(url: str) -> dict[str, Any]:
    """Return what was decided, forecast and reviewed, free of ids: they tell who did it."""
    engine = make_engine(url)
    decided = select(
        decisions.c.variable, decisions.c.outcome, decisions.c.reason, decisions.c.decided_at
    ).order_by(decisions.c.decided_at, decisions.c.variable)
    changed = select(promotions.c.variable, promotions.c.kind, promotions.c.promoted_at).order_by(
        promotions.c.promoted_at, promotions.c.variable
    )
    reviewed = select(reviews.c.variable, reviews.c.review_date, reviews.c.outcome).order_by(
        reviews.c.review_date, reviews.c.variable
    )
    family = contenders.c.family
    told = (
        select(forecasts, family, contenders.c.train_cutoff)
        .outerjoin(candidates, candidates.c.candidate_id == forecasts.c.candidate_id)
        .outerjoin(contenders, contenders.c.contender_id == candidates.c.contender_id)
    )
    try:
        with Session(engine) as session:
            return {
                "decisions": [tuple(row) for row in session.execute(decided)],
                "promotions": [tuple(row) for row in session.execute(changed)],
                "reviews": [tuple(row) for row in session.execute(reviewed)],
                "forecasts": {
                    (
                        row.variable,
                        row.reference_date,
                        row.issuer,
                        row.family,
                        row.train_cutoff,
                    ): list(row.value)
                    for row in session.execute(told)
                },
            }
    finally:
        engine.dispose()
