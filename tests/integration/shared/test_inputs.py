"""All that a site's forecasts may know, loaded at once: by place, by time, by provenance."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shared.adapters.database import SessionFactory, database_now
from shared.adapters.guidance import store_guidance
from shared.adapters.inputs import (
    FARTHEST_KM,
    MOST_OTHER_SITES,
    inputs_known_now,
    load_inputs,
    neighbour_places,
)
from shared.adapters.observations import store_histories
from shared.adapters.sites import add_site, keep_ring
from shared.adapters.tables import sites
from shared.contracts.provenance import Provenance
from shared.contracts.sites import DEFAULT_SITE, RingPoint, Site, SiteState
from shared.errors import NotEnoughData, SiteUnknown
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import Guidance
from shared.forecasting.sphere import Position, destination
from shared.forecasting.variables import LEAD_DAYS, Variable
from tests.support.database import SITE_ID
from tests.support.weather import made_up_history

HISTORY = made_up_history(days=60)
HERE = Position(DEFAULT_SITE.latitude, DEFAULT_SITE.longitude)


@pytest.fixture
def session(sessions: SessionFactory) -> Iterator[Session]:
    """Return one transaction for the whole test."""
    with sessions.begin() as session:
        yield session


def place(site_id: str, *, bearing: float, distance: float) -> Site:
    there = destination(HERE, bearing_degrees=bearing, distance_km=distance)
    return replace(
        DEFAULT_SITE, site_id=site_id, latitude=there.latitude, longitude=there.longitude
    )


def ring_point(site_id: str, *, bearing: float, distance: float) -> RingPoint:
    point = place(site_id, bearing=bearing, distance=distance)
    return RingPoint(point, SITE_ID, bearing, distance)


def observe(
    session: Session, *site_ids: str, provenance: Provenance = Provenance.SIMULATED
) -> None:
    store_histories(
        session,
        dict.fromkeys(site_ids, HISTORY),
        provenance=provenance,
        final_until=HISTORY.last_date,
    )


def seen(session: Session) -> list[str]:
    return [neighbour.place_id for neighbour in load_inputs(session, SITE_ID).neighbours]


def test_ring_is_loaded_with_where_it_lies(session: Session) -> None:
    ring = [
        ring_point("upstream", bearing=250.0, distance=300.0),
        ring_point("north", bearing=0.0, distance=150.0),
    ]
    keep_ring(session, DEFAULT_SITE, ring)
    observe(session, SITE_ID, "upstream", "north")
    inputs = load_inputs(session, SITE_ID)
    assert inputs.own.content_hash() == HISTORY.content_hash()
    north, upstream = inputs.neighbours
    assert (upstream.bearing_degrees, upstream.distance_km) == (250.0, 300.0)
    assert north.history.content_hash() == HISTORY.content_hash()
    assert inputs.guidance is None


def test_point_without_observations_is_no_neighbour(session: Session) -> None:
    keep_ring(session, DEFAULT_SITE, [ring_point("silent", bearing=0.0, distance=300.0)])
    observe(session, SITE_ID)
    assert seen(session) == []


def test_other_sites_are_neighbours_if_they_are_near_enough(session: Session) -> None:
    add_site(session, place("fes", bearing=40.0, distance=380.0))
    add_site(session, place("far", bearing=180.0, distance=FARTHEST_KM + 5.0))
    observe(session, SITE_ID, "fes", "far")
    (found,) = neighbour_places(session, SITE_ID)
    assert found.place_id == "fes"
    assert found.distance_km == pytest.approx(380.0)
    assert found.bearing_degrees == pytest.approx(40.0)


def test_only_the_nearest_other_sites_count(session: Session) -> None:
    names = [f"site-{number}" for number in range(MOST_OTHER_SITES + 2)]
    for number, name in enumerate(reversed(names)):
        add_site(session, place(name, bearing=90.0, distance=500.0 - 10.0 * number))
    observe(session, SITE_ID, *names)
    assert seen(session) == names[:MOST_OTHER_SITES]


def test_ring_of_another_site_is_its_own_affair(session: Session) -> None:
    fes = place("fes", bearing=40.0, distance=380.0)
    add_site(session, fes)
    point = ring_point("near-fes", bearing=40.0, distance=300.0)
    keep_ring(session, fes, [replace(point, centre_id="fes")])
    observe(session, SITE_ID, "fes", "near-fes")
    assert seen(session) == ["fes"]


def test_places_of_another_provenance_know_nothing_of_this_weather(session: Session) -> None:
    add_site(session, place("measured", bearing=90.0, distance=100.0))
    observe(session, SITE_ID)
    observe(session, "measured", provenance=Provenance.OPEN_METEO)
    assert seen(session) == []


@pytest.mark.parametrize("state", [SiteState.PAUSED, SiteState.REMOVED])
def test_site_that_is_collected_no_more_is_no_neighbour(session: Session, state: SiteState) -> None:
    add_site(session, place("fes", bearing=40.0, distance=380.0))
    observe(session, SITE_ID, "fes")
    session.execute(update(sites).where(sites.c.site_id == "fes").values(state=state))
    assert seen(session) == []


def test_paused_site_keeps_its_ring(session: Session) -> None:
    keep_ring(session, DEFAULT_SITE, [ring_point("north", bearing=0.0, distance=300.0)])
    observe(session, SITE_ID, "north")
    session.execute(update(sites).values(state=SiteState.PAUSED))
    assert seen(session) == ["north"]


def test_guidance_belongs_to_the_inputs(session: Session) -> None:
    observe(session, SITE_ID)
    table = np.arange(21.0).reshape(3, len(LEAD_DAYS))
    store_guidance(
        session, SITE_ID, Guidance(date(2026, 11, 20), {Variable.TEMPERATURE_MAX: table})
    )
    guidance = load_inputs(session, SITE_ID).guidance
    assert guidance is not None
    np.testing.assert_array_equal(guidance.values[Variable.TEMPERATURE_MAX], table)


def test_inputs_are_what_was_known_at_a_time(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        keep_ring(session, DEFAULT_SITE, [ring_point("north", bearing=0.0, distance=300.0)])
        observe(session, SITE_ID, "north")
        known_at = inputs_known_now(session, SITE_ID)
    with sessions.begin() as session:
        add_site(session, place("later", bearing=90.0, distance=100.0))
        observe(session, "later")
        warmer = {name: column + 1.0 for name, column in HISTORY.values.items()}
        revised = DailyHistory(HISTORY.first_date, warmer)
        store_histories(
            session,
            {SITE_ID: revised, "north": revised},
            provenance=Provenance.SIMULATED,
            final_until=HISTORY.last_date,
        )
        table = np.zeros((1, len(LEAD_DAYS)))
        store_guidance(
            session, SITE_ID, Guidance(HISTORY.last_date, {Variable.TEMPERATURE_MAX: table})
        )
    with sessions.begin() as session:
        then = load_inputs(session, SITE_ID, known_at=known_at)
        now = load_inputs(session, SITE_ID)
    assert then.own.content_hash() == HISTORY.content_hash()
    assert [near.history.content_hash() for near in then.neighbours] == [HISTORY.content_hash()]
    assert then.guidance is None
    assert len(now.neighbours) == 2
    assert now.own.content_hash() == revised.content_hash()


def test_only_the_days_asked_for_are_loaded(session: Session) -> None:
    add_site(session, place("fes", bearing=40.0, distance=380.0))
    observe(session, SITE_ID, "fes")
    since = HISTORY.last_date - timedelta(days=9)
    inputs = load_inputs(session, SITE_ID, since=since)
    assert inputs.own.n_days == inputs.neighbours[0].history.n_days == 10


def test_time_of_what_is_known_is_the_database_s(session: Session) -> None:
    before = database_now(session)
    assert before <= inputs_known_now(session, SITE_ID) <= database_now(session)
    assert session.execute(select(func.count()).select_from(sites)).scalar_one() == 1


def test_site_without_observations_has_no_inputs(session: Session) -> None:
    with pytest.raises(NotEnoughData):
        load_inputs(session, SITE_ID)


def test_unknown_site_is_named(session: Session) -> None:
    with pytest.raises(SiteUnknown):
        load_inputs(session, "atlantis")
