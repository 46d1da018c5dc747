"""Collecting on a real database: what is fetched, what is written, and what never is."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row, func, select, update

from collector.collect import Collector
from collector.errors import SourceRefused, SourceUnavailable
from collector.planning import plan_due_collections
from collector.ports import DaysRequest, GuidanceAnswer, ObservationSource, PlaceAnswer
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import plan_job
from shared.adapters.observations import load_history
from shared.adapters.runner import JobRunner, Outcome
from shared.adapters.sites import get_site
from shared.adapters.tables import events, jobs, observations, sites
from shared.contracts.events import EventType
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance, Source
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.support.database import SITE_ID, job_row
from tests.support.open_meteo import SimulatorTransport, client_of

START = date(2026, 10, 1)
YESTERDAY = date(2026, 11, 22)
A_DAY = timedelta(days=1)


class FakeSource:
    """A source whose values are in a dictionary, so that they can be revised."""

    def __init__(self, *, reachable: bool = True) -> None:
        self.reachable = reachable
        self.values: dict[date, float | None] = {}
        self.asked: list[tuple[date, date]] = []

    def fetch(self, request: DaysRequest) -> dict[str, PlaceAnswer]:
        """Return 20 of everything, but for the values that were set."""
        first, last = request.first, request.last
        self.asked.append((first, last))
        if not self.reachable:
            raise SourceUnavailable("the source is away")
        days = [first + timedelta(n) for n in range((last - first).days + 1)]
        values = {day: dict.fromkeys(Variable, self.values.get(day, 20.0)) for day in days}
        history = DailyHistory.from_days(values)
        return {place.site_id: PlaceAnswer(history) for place in request.places}

    def guidance(self, request: DaysRequest) -> dict[str, GuidanceAnswer]:
        """Know of no forecast."""
        return {place.site_id: GuidanceAnswer(None) for place in request.places}

    def answers(self) -> bool:
        """Say whether it is there."""
        return self.reachable


class RefusingSource(FakeSource):
    """A source that refuses every request."""

    def fetch(self, request: DaysRequest) -> dict[str, PlaceAnswer]:
        """Refuse."""
        problem = SourceRefused("the source refuses")
        return {place.site_id: PlaceAnswer(None, problem=problem) for place in request.places}


def collector(
    sessions: SessionFactory,
    source: Source = Source.OPEN_METEO,
    **sources: ObservationSource,
) -> Collector:
    known = {Provenance(name.replace("_", "-")): value for name, value in sources.items()}
    return Collector(sessions, known, source, START)


def run(sessions: SessionFactory, using: Collector, day: date = YESTERDAY) -> tuple[Outcome, UUID]:
    with sessions.begin() as session:
        job_id = plan_job(session, kind=JobKind.COLLECT, site_id=SITE_ID, logical_date=day)
    assert job_id is not None
    runner = JobRunner(sessions, worker="test", after_commit=lambda: None)
    return runner.run(job_id, using.collect), job_id


def rows_of(sessions: SessionFactory, day: date) -> list[Row[Any]]:
    """Return all revisions of a day, oldest first."""
    with sessions.begin() as session:
        query = select(observations).where(observations.c.valid_date == day)
        return list(session.execute(query.order_by(observations.c.known_at)))


def facts(sessions: SessionFactory) -> list[Mapping[str, Any]]:
    with sessions.begin() as session:
        query = select(events.c.data).where(events.c.type == EventType.OBSERVATIONS_COLLECTED)
        return list(session.execute(query.order_by(events.c.position)).scalars())


def provenance(sessions: SessionFactory) -> Provenance | None:
    with sessions.begin() as session:
        return get_site(session, SITE_ID).provenance


def test_first_collection_fills_in_everything_from_the_start(sessions: SessionFactory) -> None:
    source = FakeSource()
    outcome, _ = run(sessions, collector(sessions, open_meteo=source))
    assert outcome is Outcome.DONE
    assert source.asked == [(START, YESTERDAY)]
    with sessions.begin() as session:
        history = load_history(session, SITE_ID)
    assert (history.first_date, history.last_date) == (START, YESTERDAY)
    assert facts(sessions) == [
        {
            "site_id": SITE_ID,
            "first_date": "2026-10-01",
            "last_date": "2026-11-22",
            "days_changed": 53,
        }
    ]
    assert provenance(sessions) is Provenance.OPEN_METEO


def test_event_carries_the_correlation_of_its_job(sessions: SessionFactory) -> None:
    _, job_id = run(sessions, collector(sessions, open_meteo=FakeSource()))
    with sessions.begin() as session:
        correlation = session.execute(select(events.c.correlation_id)).scalar_one()
    assert correlation == job_row(sessions, job_id).correlation_id


def test_next_collection_asks_again_for_the_days_that_may_have_changed(
    sessions: SessionFactory,
) -> None:
    source = FakeSource()
    using = collector(sessions, open_meteo=source)
    run(sessions, using, YESTERDAY - A_DAY)
    revised, settled = YESTERDAY - 3 * A_DAY, YESTERDAY - 2 * A_DAY
    source.values[revised] = 25.0
    run(sessions, using, YESTERDAY)
    assert source.asked[-1] == (YESTERDAY - 11 * A_DAY, YESTERDAY)
    assert [row.temperature_2m_max for row in rows_of(sessions, revised)] == [20.0, 25.0]
    assert len(rows_of(sessions, settled)) == 1
    assert len(rows_of(sessions, YESTERDAY)) == 1


def test_days_become_final_when_the_source_will_not_revise_them(sessions: SessionFactory) -> None:
    run(sessions, collector(sessions, open_meteo=FakeSource()))
    assert [row.is_final for row in rows_of(sessions, YESTERDAY - 9 * A_DAY)] == [False]
    assert [row.is_final for row in rows_of(sessions, YESTERDAY - 10 * A_DAY)] == [True]


def test_missed_days_are_healed_by_one_job(sessions: SessionFactory) -> None:
    source = FakeSource()
    using = collector(sessions, open_meteo=source)
    run(sessions, using, YESTERDAY - 20 * A_DAY)
    run(sessions, using, YESTERDAY)
    with sessions.begin() as session:
        days = session.execute(
            select(func.count(observations.c.valid_date.distinct()))
        ).scalar_one()
    assert days == 53


def test_an_older_job_after_a_newer_one_asks_for_nothing(sessions: SessionFactory) -> None:
    source = FakeSource()
    using = collector(sessions, open_meteo=source)
    run(sessions, using, YESTERDAY)
    outcome, _ = run(sessions, using, YESTERDAY - A_DAY)
    assert outcome is Outcome.DONE
    assert len(source.asked) == 1


def test_collecting_again_changes_nothing_and_says_nothing(sessions: SessionFactory) -> None:
    using = collector(sessions, Source.SIMULATED, simulated=FakeSource())
    run(sessions, using)
    with sessions.begin() as session:
        session.execute(update(jobs).values(state="queued"))
        (job_id,) = session.execute(select(jobs.c.job_id)).scalars()
    JobRunner(sessions, worker="test", after_commit=lambda: None).run(job_id, using.collect)
    assert len(facts(sessions)) == 1
    assert len(rows_of(sessions, YESTERDAY)) == 1


def test_missing_values_never_overwrite_known_ones(sessions: SessionFactory) -> None:
    source = FakeSource()
    using = collector(sessions, open_meteo=source)
    run(sessions, using, YESTERDAY - A_DAY)
    source.values[YESTERDAY - A_DAY] = None
    run(sessions, using, YESTERDAY)
    assert [row.temperature_2m_max for row in rows_of(sessions, YESTERDAY - A_DAY)] == [20.0]


def test_days_without_any_value_are_not_stored(sessions: SessionFactory) -> None:
    source = FakeSource()
    source.values[YESTERDAY] = None
    run(sessions, collector(sessions, open_meteo=source))
    assert rows_of(sessions, YESTERDAY) == []


def test_auto_takes_open_meteo_when_it_answers(sessions: SessionFactory) -> None:
    using = collector(sessions, Source.AUTO, open_meteo=FakeSource(), simulated=FakeSource())
    run(sessions, using)
    assert provenance(sessions) is Provenance.OPEN_METEO


def test_auto_falls_back_to_the_simulator_for_good(sessions: SessionFactory) -> None:
    away, simulated = FakeSource(reachable=False), FakeSource()
    using = collector(sessions, Source.AUTO, open_meteo=away, simulated=simulated)
    run(sessions, using, YESTERDAY - A_DAY)
    assert provenance(sessions) is Provenance.SIMULATED
    away.reachable = True
    run(sessions, using, YESTERDAY)
    assert provenance(sessions) is Provenance.SIMULATED
    assert away.asked == []
    assert len(simulated.asked) == 2


def test_provenance_of_a_site_outlives_the_setting(sessions: SessionFactory) -> None:
    run(sessions, collector(sessions, Source.SIMULATED, simulated=FakeSource()), YESTERDAY - A_DAY)
    real, simulated = FakeSource(), FakeSource()
    run(sessions, collector(sessions, Source.OPEN_METEO, open_meteo=real, simulated=simulated))
    assert real.asked == []
    assert len(simulated.asked) == 1


def test_source_that_is_away_is_tried_again_later(sessions: SessionFactory) -> None:
    outcome, job_id = run(sessions, collector(sessions, open_meteo=FakeSource(reachable=False)))
    assert outcome is Outcome.WILL_RETRY
    assert job_row(sessions, job_id).last_error == "SourceUnavailable: the source is away"
    assert provenance(sessions) is None


def test_refusal_is_a_dead_letter_at_once(sessions: SessionFactory) -> None:
    outcome, job_id = run(sessions, collector(sessions, open_meteo=RefusingSource()))
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
    _, job_id = run(sessions, collector(sessions, source, open_meteo=FakeSource()))
    assert said in job_row(sessions, job_id).last_error


def test_second_provenance_that_came_meanwhile_is_refused(sessions: SessionFactory) -> None:
    """Someone imports while the source is being asked: the import stays, alone."""

    class Overtaken(FakeSource):
        def fetch(self, request: DaysRequest) -> dict[str, PlaceAnswer]:
            with sessions.begin() as session:
                session.execute(update(sites).values(provenance=Provenance.IMPORTED))
            return super().fetch(request)

    outcome, job_id = run(sessions, collector(sessions, open_meteo=Overtaken()))
    assert outcome is Outcome.DEAD
    assert "are imported; open-meteo ones are refused" in job_row(sessions, job_id).last_error
    assert rows_of(sessions, YESTERDAY) == []
    assert facts(sessions) == []


def test_simulator_is_collected_by_the_same_path(sessions: SessionFactory) -> None:
    source = client_of(SimulatorTransport())
    using = Collector(sessions, {Provenance.SIMULATED: source}, Source.SIMULATED, date(2015, 1, 1))
    outcome, _ = run(sessions, using)
    assert outcome is Outcome.DONE
    assert facts(sessions)[0]["days_changed"] == (YESTERDAY - date(2015, 1, 1)).days + 1
    assert {row.is_final for row in rows_of(sessions, YESTERDAY)} == {True}


def planned_jobs(sessions: SessionFactory) -> list[tuple[str, date]]:
    with sessions.begin() as session:
        rows = session.execute(select(jobs.c.kind, jobs.c.logical_date).order_by("logical_date"))
        return [(row.kind, row.logical_date) for row in rows]


def plan(sessions: SessionFactory, now: str, source: Source = Source.AUTO) -> None:
    with sessions.begin() as session:
        moment = datetime.fromisoformat(now)
        plan_due_collections(session, now=moment, source=source)


@pytest.mark.usefixtures("timezones")
def test_planning_asks_for_the_complete_day_once(sessions: SessionFactory) -> None:
    for now in ("2026-11-23T05:00Z", "2026-11-23T06:00Z", "2026-11-23T18:00Z"):
        plan(sessions, now)
        plan(sessions, now)
    assert planned_jobs(sessions) == [
        ("collect", date(2026, 11, 21)),
        ("collect", date(2026, 11, 22)),
    ]


@pytest.mark.usefixtures("timezones")
def test_planning_after_days_of_absence_asks_for_one_day(sessions: SessionFactory) -> None:
    plan(sessions, "2026-11-01T12:00Z")
    plan(sessions, "2026-11-23T12:00Z")
    assert [day for _, day in planned_jobs(sessions)] == [date(2026, 10, 31), YESTERDAY]


def test_planning_leaves_imported_sites_alone(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        session.execute(update(sites).values(provenance=Provenance.IMPORTED))
    plan(sessions, "2026-11-23T12:00Z")
    assert planned_jobs(sessions) == []


def test_planning_without_a_source_asks_for_nothing(sessions: SessionFactory) -> None:
    plan(sessions, "2026-11-23T12:00Z", Source.NONE)
    assert planned_jobs(sessions) == []
