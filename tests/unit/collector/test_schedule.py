"""Beat sends every worker its tick, and ticks never pile up."""

from collector.bootstrap import make_sources
from collector.schedule import BEAT_SCHEDULE
from collector.settings import CollectorSettings
from collector.simulator.server import DEFAULT_PORT, port_of
from shared.adapters.database import make_engine, make_session_factory
from shared.contracts.provenance import Provenance
from shared.contracts.queues import WORKERS
from shared.contracts.schedule import TICK_INTERVAL


def test_every_worker_is_ticked_on_its_queue() -> None:
    assert {entry["options"]["queue"] for entry in BEAT_SCHEDULE.values()} == set(WORKERS)


def test_ticks_never_pile_up_and_survive_clocks_that_differ_a_little() -> None:
    for entry in BEAT_SCHEDULE.values():
        assert entry["schedule"] == TICK_INTERVAL
        assert 30.0 <= entry["options"]["expires"] <= 60.0


# Connects to nothing until it is used.
ENGINE = make_engine("postgresql+psycopg2://user:password@host/climate")


def settings(simulator_url: str | None) -> CollectorSettings:
    return CollectorSettings.model_validate(
        {
            "database_url": "postgresql://user:password@host/climate",
            "redis_url": "redis://:password@host:6379/0",
            "simulator_url": simulator_url,
        }
    )


def test_simulator_is_a_source_only_where_its_address_is_known() -> None:
    assert set(make_sources(settings(None), make_session_factory(ENGINE))) == {
        Provenance.OPEN_METEO
    }
    known = make_sources(settings("http://127.0.0.1:8090"), make_session_factory(ENGINE))
    assert set(known) == {Provenance.OPEN_METEO, Provenance.SIMULATED}


def test_simulator_listens_where_it_is_asked() -> None:
    assert port_of("http://127.0.0.1:18090") == 18090
    assert port_of("http://simulator") == DEFAULT_PORT
    assert port_of(None) == DEFAULT_PORT
