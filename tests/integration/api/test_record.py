"""What the API reads from PostgreSQL: the desired state, and the record page by page."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from api.answers.record import DecisionQuery, EventQuery, ReviewQuery
from api.record.postgres_record import PostgresRecord
from api.record.serving_source import PostgresServingSource
from shared.adapters.observations import store_observations
from shared.adapters.sites import add_site
from shared.adapters.tables import sites
from shared.adapters.verification_tables import reviews
from shared.contracts.events import EventType
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance
from shared.contracts.sites import DEFAULT_SITE
from shared.errors import NotEnoughData
from shared.forecasting.variables import Variable
from tests.integration.api.house import VARIABLE, House
from tests.support.database import LOGICAL_DATE, SITE_ID, planned
from tests.support.weather import made_up_history


def test_empty_system_has_a_site_and_nothing_to_serve(house: House) -> None:
    source = PostgresServingSource(house.sessions)
    desired = source.desired_state()
    assert [site.site_id for site in desired.sites] == [SITE_ID]
    assert desired.champions == ()
    assert desired.newest_known_at == {}
    with pytest.raises(NotEnoughData):
        source.inputs(SITE_ID)


def test_champion_is_the_promotion_of_the_highest_epoch(house: House) -> None:
    house.promote()
    newest = house.promote()
    house.promote(variable=Variable.PRECIPITATION)
    champions = {
        champion.variable: champion
        for champion in PostgresServingSource(house.sessions).desired_state().champions
    }
    assert set(champions) == {VARIABLE, Variable.PRECIPITATION}
    assert champions[VARIABLE].epoch == newest.data["epoch"]
    assert str(champions[VARIABLE].candidate_id) == newest.data["candidate_id"]


def test_new_observations_move_the_marker_of_their_site(house: House) -> None:
    source = PostgresServingSource(house.sessions)
    house.observe()
    first = source.desired_state()
    house.observe()  # the same again writes nothing
    assert source.desired_state() == first
    house.observe(made_up_history(days=501))
    later = source.desired_state()
    assert later.newest_known_at[SITE_ID] > first.newest_known_at[SITE_ID]
    assert later.sites[0].provenance is Provenance.SIMULATED


def test_history_is_read_as_it_was_stored(house: House) -> None:
    house.observe()
    history = PostgresServingSource(house.sessions).inputs(SITE_ID).own
    assert history.content_hash() == house.history.content_hash()


def test_decisions_are_read_page_by_page(house: House) -> None:
    for _ in range(5):
        house.promote()
    record = PostgresRecord(house.sessions)
    first = record.decisions(DecisionQuery(limit=3))
    second = record.decisions(DecisionQuery(limit=3, before=first[-1].decided_at))
    reasons = [decision.reason for decision in (*first, *second)]
    assert reasons == [f"Promotion {number} of a test." for number in (5, 4, 3, 2, 1)]
    assert first[0].model_version
    assert not record.decisions(DecisionQuery(variable=Variable.PRECIPITATION))


def test_events_are_read_page_by_page_and_filtered(house: House) -> None:
    published = [house.promote() for _ in range(3)]
    record = PostgresRecord(house.sessions)
    first = record.events(EventQuery(limit=2, site=SITE_ID))
    second = record.events(EventQuery(limit=2, before=first[-1].position))
    assert [event.id for event in (*first, *second)] == [event.id for event in published[::-1]]
    assert not record.events(EventQuery(type=EventType.CANDIDATE_REJECTED))
    assert not record.events(EventQuery(site="elsewhere"))


def test_model_record_holds_the_newest_contest_and_every_promotion(house: House) -> None:
    house.promote()
    newest = house.promote()
    found = PostgresRecord(house.sessions).model_record(SITE_ID, VARIABLE)
    (challenger,) = found.challengers
    assert str(challenger.candidate_id) == newest.data["candidate_id"]
    assert challenger.outcome == "promote"
    assert challenger.metrics["r2"] is not None
    assert len(found.promotions) == 2


def test_jobs_are_the_newest_of_each_kind_in_the_order_of_the_work(house: House) -> None:
    planned(house.sessions, JobKind.GATE)
    planned(house.sessions, JobKind.COLLECT)
    jobs = PostgresRecord(house.sessions).jobs(SITE_ID)
    assert [job.kind for job in jobs] == [JobKind.COLLECT, JobKind.GATE]
    assert {job.state for job in jobs} == {"queued"}


def test_ring_points_and_removed_sites_are_not_served(house: House) -> None:
    house.observe()
    ring_point = {"centre_id": SITE_ID, "bearing_degrees": 0.0, "distance_km": 50.0}
    with house.sessions.begin() as session:
        for place, extra in (("marrakech-n", ring_point), ("atlantis", {"state": "removed"})):
            add_site(session, replace(DEFAULT_SITE, site_id=place))
            session.execute(update(sites).where(sites.c.site_id == place).values(extra))
            day = {LOGICAL_DATE: {VARIABLE: 20.0}}
            store_observations(
                session, place, day, provenance=Provenance.SIMULATED, final_until=LOGICAL_DATE
            )
    desired = PostgresServingSource(house.sessions).desired_state()
    assert [site.site_id for site in desired.sites] == [SITE_ID]
    assert "marrakech-n" not in desired.newest_known_at


def test_live_skill_is_that_of_the_newest_review(house: House) -> None:
    event = house.promote()
    about = {
        "site_id": SITE_ID,
        "variable": VARIABLE,
        "candidate_id": event.data["candidate_id"],
        "epoch": event.data["epoch"],
        "outcome": "fine",
        "reason": "As good as expected.",
    }
    with house.sessions.begin() as session:
        for days_ago, excess in ((2, 0.5), (1, -0.25)):
            day = LOGICAL_DATE - timedelta(days=days_ago)
            standings = {"climatology": {"excess": excess}, "previous": {"excess": None}}
            evidence = {"evidence": {"standings": standings}, "review_date": day}
            session.execute(insert(reviews).values(about | evidence))
    found = PostgresRecord(house.sessions).live_skill()
    assert found == {(SITE_ID, VARIABLE, "climatology"): 0.25}


def test_reviews_are_read_in_whole_days_newest_first(house: House) -> None:
    promotion = house.promote()
    days = [LOGICAL_DATE - timedelta(days=number) for number in range(4)]
    with house.sessions.begin() as session:
        for day in days:
            for name in (Variable.PRECIPITATION, VARIABLE):
                session.execute(
                    insert(reviews).values(
                        site_id=SITE_ID,
                        variable=name,
                        review_date=day,
                        candidate_id=promotion.data["candidate_id"],
                        epoch=promotion.data["epoch"],
                        outcome="fine",
                        reason="Beaten by nobody.",
                        evidence={"standings": {}},
                    )
                )
    record = PostgresRecord(house.sessions)
    page = record.reviews(ReviewQuery(limit=3))
    assert [one.review_date for one in page] == [days[0]] * 2 + [days[1]] * 2
    rest = record.reviews(ReviewQuery(limit=3, before=days[1], variable=VARIABLE))
    assert [(one.review_date, one.variable) for one in rest] == [
        (day, VARIABLE) for day in days[2:]
    ]
    assert record.reviews(ReviewQuery(site="elsewhere")) == []
