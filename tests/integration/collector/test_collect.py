"""Collecting on a real database: what is fetched, what is written, and what never is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, func, select, update

from collector.ports import DaysRequest, PlaceAnswer
from collector.ring import RingShape, ring_around
from collector.sources import Sources
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import plan_job
from shared.adapters.observations import load_history
from shared.adapters.runner import Outcome
from shared.adapters.sites import add_site, get_site, keep_ring
from shared.adapters.tables import events, jobs, observations, sites
from shared.contracts.events import EventType
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance, Source
from shared.contracts.sites import DEFAULT_SITE
from shared.forecasting.variables import Variable
from tests.support.collecting import A_DAY, ARCHIVE_LAG, START, YESTERDAY, House
from tests.support.database import SITE_ID, job_row
from tests.support.open_meteo import SimulatorTransport, client_of
from tests.support.sources import FakeSource, ordinary

MAX = Variable.TEMPERATURE_MAX
FIRST_ASKED = YESTERDAY - (ARCHIVE_LAG - 2 * A_DAY)


def house(sessions: SessionFactory, source: FakeSource | None = None, **options: Any) -> House:  # noqa: ANN401 - of the class
    sources = {Provenance.OPEN_METEO: source or FakeSource()}
    return House(sessions, **({"sources": sources} | options))


def rows_of(sessions: SessionFactory, day: date, site_id: str = SITE_ID) -> list[Row[Any]]:
    """Return all revisions of a day, oldest first."""
    with sessions.begin() as session:
        query = select(observations).where(
            observations.c.valid_date == day, observations.c.site_id == site_id
        )
        return list(session.execute(query.order_by(observations.c.known_at)))


def facts(sessions: SessionFactory) -> list[Mapping[str, Any]]:
    with sessions.begin() as session:
        query = select(events.c.data).where(events.c.type == EventType.OBSERVATIONS_COLLECTED)
        return list(session.execute(query.order_by(events.c.position)).scalars())


def provenance(sessions: SessionFactory) -> Provenance | None:
    with sessions.begin() as session:
        return get_site(session, SITE_ID).provenance


def add_ring(sessions: SessionFactory, shape: str = "0@200,90@300") -> list[str]:
    points = ring_around(DEFAULT_SITE, RingShape.parse(shape))
    with sessions.begin() as session:
        keep_ring(session, DEFAULT_SITE, points)
    return [point.point.site_id for point in points]


def test_first_collection_fills_in_everything_from_the_start(sessions: SessionFactory) -> None:
    source = FakeSource()
    outcome, _ = house(sessions, source).run()
    assert outcome is Outcome.DONE
    assert source.spans == [(START, YESTERDAY)]
    with sessions.begin() as session:
        history = load_history(session, SITE_ID)
    assert (history.first_date, history.last_date) == (START, YESTERDAY)
    assert facts(sessions) == [
        {
            "site_id": SITE_ID,
            "first_date": START.isoformat(),
            "last_date": YESTERDAY.isoformat(),
            "days_changed": (YESTERDAY - START).days + 1,
        }
    ]
    assert provenance(sessions) is Provenance.OPEN_METEO


def test_first_collection_does_not_wait_for_the_ring(sessions: SessionFactory) -> None:
    ring = add_ring(sessions)
    source = FakeSource()
    using = house(sessions, source)
    using.run()
    assert [place.site_id for place in source.asked[0].places] == [SITE_ID]
    assert using.waiting().keys() == {JobKind.COLLECT, JobKind.BACKFILL, JobKind.GUIDANCE}
    using.run_due()
    for site_id in (SITE_ID, *ring):
        assert len(rows_of(sessions, START, site_id)) == 1
        assert len(rows_of(sessions, YESTERDAY, site_id)) == 1
    assert len(facts(sessions)) == 1


def test_site_the_source_knows_nothing_of_is_not_asked_for_again_and_again(
    sessions: SessionFactory,
) -> None:
    days = (YESTERDAY - START).days + 1
    source = FakeSource(empty={START + n * A_DAY for n in range(days)})
    using = house(sessions, source)
    using.run()
    assert JobKind.COLLECT not in using.waiting()


def test_ring_and_guidance_of_a_new_site_leave_the_first_training_alone(
    sessions: SessionFactory,
) -> None:
    add_ring(sessions)
    using = house(sessions)
    using.run()
    waits = jobs.c.not_before > func.clock_timestamp() + timedelta(minutes=1)
    query = select(jobs.c.kind, waits).where(jobs.c.state == "queued").order_by(jobs.c.kind)
    with sessions.begin() as session:
        kinds = ("backfill", "collect", "guidance")
        assert list(session.execute(query)) == [(kind, True) for kind in kinds]
    using.run(YESTERDAY + A_DAY)
    with sessions.begin() as session:
        new = query.where(jobs.c.logical_date > YESTERDAY)
        assert list(session.execute(new)) == [("backfill", False), ("guidance", False)]


def test_event_carries_the_correlation_of_its_job(sessions: SessionFactory) -> None:
    _, job_id = house(sessions).run()
    with sessions.begin() as session:
        correlation = session.execute(select(events.c.correlation_id)).scalar_one()
    assert correlation == job_row(sessions, job_id).correlation_id


def test_next_collection_asks_again_for_the_days_that_may_have_changed(
    sessions: SessionFactory,
) -> None:
    source = FakeSource()
    using = house(sessions, source)
    using.run(YESTERDAY - A_DAY)
    revised, settled = YESTERDAY - 3 * A_DAY, YESTERDAY - 2 * A_DAY
    source.values[revised, MAX] = 25.5
    using.run(YESTERDAY)
    assert source.spans[-1] == (FIRST_ASKED, YESTERDAY)
    assert [row.temperature_2m_max for row in rows_of(sessions, revised)] == [
        ordinary(MAX, revised),
        25.5,
    ]
    assert len(rows_of(sessions, settled)) == 1
    assert len(rows_of(sessions, YESTERDAY)) == 1


def test_days_become_final_when_the_source_will_not_revise_them(sessions: SessionFactory) -> None:
    house(sessions).run()
    assert [row.is_final for row in rows_of(sessions, FIRST_ASKED)] == [False]
    assert [row.is_final for row in rows_of(sessions, FIRST_ASKED - A_DAY)] == [True]


def test_an_older_job_after_a_newer_one_asks_for_nothing(sessions: SessionFactory) -> None:
    source = FakeSource()
    using = house(sessions, source)
    using.run(YESTERDAY)
    outcome, _ = using.run(YESTERDAY - A_DAY)
    assert outcome is Outcome.DONE
    assert len(source.asked) == 1


def test_collecting_again_changes_nothing_and_says_nothing(sessions: SessionFactory) -> None:
    using = house(sessions)
    _, job_id = using.run()
    with sessions.begin() as session:
        session.execute(update(jobs).where(jobs.c.job_id == job_id).values(state="queued"))
    using.run_jobs(JobKind.COLLECT, [job_id])
    assert len(facts(sessions)) == 1
    assert len(rows_of(sessions, YESTERDAY)) == 1


def test_missing_values_never_overwrite_known_ones(sessions: SessionFactory) -> None:
    source, day = FakeSource(), YESTERDAY - A_DAY
    using = house(sessions, source)
    using.run(day)
    source.empty.add(day)
    using.run(YESTERDAY)
    assert [row.temperature_2m_max for row in rows_of(sessions, day)] == [ordinary(MAX, day)]


def test_days_without_any_value_are_not_stored(sessions: SessionFactory) -> None:
    house(sessions, FakeSource(empty={YESTERDAY})).run()
    assert rows_of(sessions, YESTERDAY) == []


def test_place_of_the_ring_that_is_refused_does_not_hold_up_the_site(
    sessions: SessionFactory,
) -> None:
    near, far = add_ring(sessions)
    source = FakeSource(refused={near})
    using = house(sessions, source)
    using.run(YESTERDAY - A_DAY)
    assert using.run(YESTERDAY)[0] is Outcome.DONE
    assert len(rows_of(sessions, YESTERDAY)) == 1
    assert len(rows_of(sessions, YESTERDAY, far)) == 1
    assert rows_of(sessions, YESTERDAY, near) == []


def test_sites_that_want_the_same_days_are_asked_for_together(sessions: SessionFactory) -> None:
    source = FakeSource()
    using = house(sessions, source)
    with sessions.begin() as session:
        for number in range(5):
            site = replace(DEFAULT_SITE, site_id=f"site-{number}")
            add_site(session, site)
    ids = [f"site-{number}" for number in range(5)]
    for site_id in ids:
        using.run(YESTERDAY - A_DAY, site_id=site_id)
    source.asked.clear()
    with sessions.begin() as session:
        planned = [
            plan_job(session, kind=JobKind.COLLECT, site_id=site_id, logical_date=YESTERDAY)
            for site_id in ids
        ]
    outcomes = using.run_jobs(JobKind.COLLECT, [job_id for job_id in planned if job_id])
    assert set(outcomes.values()) == {Outcome.DONE}
    assert [len(request.places) for request in source.asked] == [5]


def test_paused_site_is_left_alone(sessions: SessionFactory) -> None:
    source = FakeSource()
    with sessions.begin() as session:
        session.execute(update(sites).values(state="paused"))
    assert house(sessions, source).run()[0] is Outcome.DONE
    assert source.asked == []


def test_auto_takes_open_meteo_when_it_answers(sessions: SessionFactory) -> None:
    both = {Provenance.OPEN_METEO: FakeSource(), Provenance.SIMULATED: FakeSource()}
    house(sessions, sources=both, choice=Source.AUTO).run()
    assert provenance(sessions) is Provenance.OPEN_METEO


def test_auto_falls_back_to_the_simulator_for_good(sessions: SessionFactory) -> None:
    away, simulated = FakeSource(is_reachable=False), FakeSource()
    both = {Provenance.OPEN_METEO: away, Provenance.SIMULATED: simulated}
    using = house(sessions, sources=both, choice=Source.AUTO)
    using.run(YESTERDAY - A_DAY)
    assert provenance(sessions) is Provenance.SIMULATED
    away.is_reachable = True
    using.run(YESTERDAY)
    assert provenance(sessions) is Provenance.SIMULATED
    assert away.asked == []
    assert len(simulated.asked) == 2


def test_auto_stays_with_what_the_sites_there_are_come_from(sessions: SessionFactory) -> None:
    real, simulated = FakeSource(), FakeSource()
    both = {Provenance.OPEN_METEO: real, Provenance.SIMULATED: simulated}
    using = house(sessions, sources=both, choice=Source.AUTO)
    using.run()
    with sessions.begin() as session:
        add_site(session, replace(DEFAULT_SITE, site_id="new"))
    real.is_reachable = False
    outcome, _ = using.run(site_id="new")
    assert outcome is Outcome.WILL_RETRY  # a new site waits: it does not get made-up weather
    assert simulated.asked == []


def test_auto_asks_once_for_all_new_sites() -> None:
    away = FakeSource(is_reachable=False)
    both = {Provenance.OPEN_METEO: away, Provenance.SIMULATED: FakeSource()}
    sources = Sources(both, Source.AUTO)
    assert sources.provenance_of(DEFAULT_SITE) is Provenance.SIMULATED
    away.is_reachable = True
    other = replace(DEFAULT_SITE, site_id="other")
    assert sources.provenance_of(other) is Provenance.SIMULATED


def test_provenance_of_a_site_outlives_the_setting(sessions: SessionFactory) -> None:
    real, simulated = FakeSource(), FakeSource()
    both = {Provenance.OPEN_METEO: real, Provenance.SIMULATED: simulated}
    house(sessions, sources=both, choice=Source.SIMULATED).run(YESTERDAY - A_DAY)
    house(sessions, sources=both, choice=Source.OPEN_METEO).run()
    assert real.asked == []
    assert len(simulated.asked) == 2


def test_source_that_is_away_is_tried_again_later(sessions: SessionFactory) -> None:
    outcome, job_id = house(sessions, FakeSource(is_reachable=False)).run()
    assert outcome is Outcome.WILL_RETRY
    assert job_row(sessions, job_id).last_error == "SourceUnavailable: the source is away"
    assert provenance(sessions) is None


def test_refusal_is_a_dead_letter_at_once(sessions: SessionFactory) -> None:
    outcome, job_id = house(sessions, FakeSource(refused={SITE_ID})).run()
    assert outcome is Outcome.DEAD
    assert job_row(sessions, job_id).attempts == 1


@pytest.mark.parametrize(
    ("source", "existing", "said"),
    [
        (Source.OPEN_METEO, Provenance.IMPORTED, "are imported; collected ones are refused"),
        (Source.NONE, None, "CLIMATE_SOURCE is none: give 'marrakech' data by `climate import`"),
        (Source.SIMULATED, None, "set CLIMATE_SIMULATOR_URL to a running simulator"),
    ],
)
def test_collection_that_cannot_be_says_why(
    sessions: SessionFactory, source: Source, existing: Provenance | None, said: str
) -> None:
    with sessions.begin() as session:
        session.execute(update(sites).values(provenance=existing))
    _, job_id = house(sessions, choice=source).run()
    assert said in job_row(sessions, job_id).last_error


def test_second_provenance_that_came_meanwhile_is_refused(sessions: SessionFactory) -> None:
    """Someone imports while the source is being asked: the import stays, alone."""

    class Overtaken(FakeSource):
        def fetch(self, request: DaysRequest) -> Mapping[str, PlaceAnswer]:
            with sessions.begin() as session:
                session.execute(update(sites).values(provenance=Provenance.IMPORTED))
            return super().fetch(request)

    outcome, job_id = house(sessions, Overtaken()).run()
    assert outcome is Outcome.DEAD
    assert "are imported; open-meteo ones are refused" in job_row(sessions, job_id).last_error
    assert rows_of(sessions, YESTERDAY) == []
    assert facts(sessions) == []


def test_simulator_is_collected_by_the_same_path(sessions: SessionFactory) -> None:
    start = date(2017, 1, 1)
    simulated = {Provenance.SIMULATED: client_of(SimulatorTransport())}
    using = house(sessions, sources=simulated, choice=Source.SIMULATED, start=start)
    outcome, _ = using.run()
    assert outcome is Outcome.DONE
    assert facts(sessions)[0]["days_changed"] == (YESTERDAY - start).days + 1
    assert {row.is_final for row in rows_of(sessions, YESTERDAY)} == {True}
