"""Promotions while Redis, relays and consumers are killed at random: every effect once, in order.

Redis is a real server, killed without warning, now and then wiped. Relays die between publishing
and noting it; consumers die between their effect and its commit, which is what a killed process
leaves behind. Messages may be lost, doubled and late: what counts is what the consumers did.
"""

import os
import secrets
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, Popen
from uuid import uuid4

import numpy as np
import pytest
import redis
from sqlalchemy import Column, Integer, MetaData, Table, Text, func, insert, select
from sqlalchemy.orm import Session

from local.ports import any_free_port
from local.servers.redis import Redis
from shared.adapters.database import SessionFactory
from shared.adapters.deliveries import handle_owed
from shared.adapters.event_stream import publish_to_stream
from shared.adapters.ledger_tables import deliveries
from shared.adapters.outbox import record_event, relay_outbox
from shared.adapters.tables import events
from shared.contracts.events import Event, EventType, ModelPromoted
from shared.contracts.queues import Service
from shared.contracts.subscriptions import SUBSCRIPTIONS
from shared.forecasting.variables import Variable
from tests.support.servers import wait_until

PROMOTIONS = 1000
SEED = int(os.environ.get("CLIMATE_CHAOS_SEED", "20261123"))

PROMOTED = EventType.MODEL_PROMOTED
CONSUMERS = (Service.REGISTRY_GATE, Service.TRAINER)
SITES = ("marrakech", "fes", "agadir")
VARIABLES = (Variable.TEMPERATURE_MAX, Variable.WIND_SPEED_MAX)

effects = Table(
    "chaos_effects",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("consumer", Text),
    Column("subject", Text),
    Column("variable", Text),
    Column("epoch", Integer),
)


@dataclass
class MortalRedis:
    """A Redis server of its own, to be killed."""

    server: Redis
    process: "Popen[bytes] | None" = None

    def start(self) -> None:
        if self.process is None:
            process = Popen(self.server.command(), stdout=DEVNULL, stderr=DEVNULL)  # noqa: S603 - its own command
            self.process = process
            wait_until(
                lambda: process.poll() is not None or self.server.is_ready(),
                what="the start of Redis",
            )
            assert process.poll() is None, "Redis did not start"

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def wipe(self) -> None:
        self.start()
        with redis.Redis.from_url(self.server.url()) as client:
            client.flushall()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[MortalRedis]:
    password = tmp_path / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24), encoding="utf-8")
    found = MortalRedis(Redis(tmp_path / "redis", any_free_port(), password))
    found.server.initialise()
    try:
        found.start()
        yield found
    finally:
        found.kill()


@dataclass
class Chaos:
    """Promotions and everything that can go wrong about them, in an order the seed decides."""

    sessions: SessionFactory
    redis: MortalRedis
    dice: np.random.Generator = field(default_factory=lambda: np.random.default_rng(SEED))
    epoch: int = 0
    deaths: int = 0

    def promote(self) -> None:
        """Commit a promotion's event; one in ten transactions dies before."""
        self.epoch += 1
        fact = ModelPromoted(
            site_id=str(self.dice.choice(SITES)),
            variable=Variable(str(self.dice.choice(VARIABLES))),
            candidate_id=uuid4(),
            decision_id=uuid4(),
            epoch=self.epoch,
            previous_candidate_id=None,
        )
        with self.sessions() as session, session.begin() as transaction:
            record_event(session, fact, correlation_id=uuid4())
            if self.strikes(0.1):
                transaction.rollback()

    def relay(self) -> None:
        """Relay the outbox until done or dead: a crash leaves what it published unmarked.

        Every second relay lives: of a backlog that all of them died amid, none would ever be done.
        """
        chance = 0.1 if self.strikes(0.5) else 0.0
        with redis.Redis.from_url(self.redis.server.url(), socket_timeout=1) as client:

            def publish(event: Event) -> None:
                publish_to_stream(client, event)
                if self.strikes(chance):
                    raise SystemExit  # passes every handler, as a kill does

            try:
                relay_outbox(self.sessions, publish)
            except (redis.RedisError, SystemExit):
                self.deaths += 1

    def consume(self, service: Service) -> None:
        """Handle what is owed until done or dead: a crash takes the effect with it."""

        def handle(session: Session, event: Event) -> None:
            fact = event.fact()
            assert isinstance(fact, ModelPromoted)
            row = {"consumer": service, "subject": event.subject, "variable": fact.variable}
            session.execute(insert(effects).values(row | {"epoch": fact.epoch}))
            if self.strikes(0.05):
                raise SystemExit

        try:
            handle_owed(self.sessions, service, {PROMOTED: handle})
        except SystemExit:
            self.deaths += 1

    def strikes(self, chance: float) -> bool:
        return bool(self.dice.random() < chance)

    def step(self) -> None:
        """Promote, and let one other thing happen."""
        self.promote()
        happening = self.dice.choice(
            ["nothing", "relay", "consume", "kill", "start", "wipe"],
            p=[0.25, 0.3, 0.3, 0.05, 0.08, 0.02],
        )
        if happening == "relay":
            self.relay()
        elif happening == "consume":
            self.consume(CONSUMERS[self.dice.integers(len(CONSUMERS))])
        elif happening != "nothing":
            getattr(self.redis, happening)()

    def settle(self) -> None:
        """Let every process come back and work on until nothing is left."""
        self.redis.start()
        while self.left():
            self.relay()
            for service in CONSUMERS:
                self.consume(service)

    def left(self) -> int:
        owed = select(func.count()).where(deliveries.c.state == "owed")
        waiting = select(func.count()).where(events.c.published_at.is_(None))
        with self.sessions.begin() as session:
            return sum(session.execute(query).scalar_one() for query in (owed, waiting))


@pytest.fixture
def chaos(sessions: SessionFactory, mortal: MortalRedis, monkeypatch: pytest.MonkeyPatch) -> Chaos:
    monkeypatch.setitem(SUBSCRIPTIONS, PROMOTED, CONSUMERS)
    with sessions.begin() as session:
        effects.metadata.create_all(session.connection())
    return Chaos(sessions, mortal)


@pytest.mark.slow
@pytest.mark.timeout(1800)  # half a minute where nothing else runs
def test_every_promotion_takes_effect_once_and_in_order_whoever_is_killed(chaos: Chaos) -> None:
    for _ in range(PROMOTIONS):
        chaos.step()
    chaos.settle()
    assert chaos.deaths > 0, "nobody was killed: this proves nothing"
    told = defaultdict(list)
    done = defaultdict(list)
    with chaos.sessions.begin() as session:
        for event in session.execute(select(events).order_by(events.c.position)):
            told[event.subject, event.data["variable"]].append(event.data["epoch"])
        for row in session.execute(select(effects).order_by(effects.c.number)):
            done[row.consumer, row.subject, row.variable].append(row.epoch)
    assert done == {
        (consumer, *key): epochs for key, epochs in told.items() for consumer in CONSUMERS
    }
