"""Each site that is collected has the ring its settings say, whatever they said before."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from collector.planning import plan_due_collections
from collector.ring import RingShape
from collector.settings import RingSettings
from collector.sites import ensure_ring
from shared.adapters.database import SessionFactory
from shared.adapters.sites import claim_provenance, list_ring
from shared.adapters.tables import jobs, sites
from shared.contracts.provenance import Provenance, Source
from shared.contracts.sites import SiteState
from shared.errors import ConfigurationError
from shared.settings import load
from tests.support.database import SITE_ID


def ensured(sessions: SessionFactory, shape: str) -> list[str]:
    """Make the rings so, and return the ids of the points that are collected."""
    with sessions.begin() as session:
        ensure_ring(session, SITE_ID, RingShape.parse(shape))
        points = [ring_point.point for ring_point in list_ring(session, SITE_ID)]
    return [point.site_id for point in points if point.state is SiteState.ACTIVE]


def test_ring_is_made_once(sessions: SessionFactory) -> None:
    shape = "0@200,180@300"
    assert (
        ensured(sessions, shape) == ensured(sessions, shape) == ["marrakech.e300", "marrakech.w200"]
    )
    with sessions.begin() as session:
        east, west = list_ring(session, SITE_ID)
    assert (west.bearing_degrees, west.distance_km) == (270.0, 200.0)
    assert replace(east.point, state=SiteState.PAUSED).timezone == "Africa/Casablanca"


def test_ring_follows_its_settings_and_back(sessions: SessionFactory) -> None:
    ensured(sessions, "0@200,180@300")
    assert ensured(sessions, "0@200,0@400") == ["marrakech.w200", "marrakech.w400"]
    assert ensured(sessions, "none") == []
    assert ensured(sessions, "0@200,180@300") == ["marrakech.e300", "marrakech.w200"]
    with sessions.begin() as session:
        assert len(list_ring(session, SITE_ID)) == 3  # nothing is ever deleted


def test_imported_site_has_no_ring(sessions: SessionFactory) -> None:
    ensured(sessions, "0@200")
    with sessions.begin() as session:
        claim_provenance(session, SITE_ID, Provenance.IMPORTED)
    assert ensured(sessions, "0@200") == []


def test_site_that_is_no_place_on_earth_has_no_ring(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        session.execute(update(sites).values(latitude=float("nan")))
    assert ensured(sessions, "0@200") == []


def test_ring_is_there_before_the_first_collection(sessions: SessionFactory) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with sessions.begin() as session:
        plan_due_collections(
            session, now=now, source=Source.SIMULATED, ring=RingShape.parse("0@200,0@400")
        )
        assert len(list_ring(session, SITE_ID)) == 2
        assert session.execute(select(jobs.c.kind)).scalars().all() == ["collect"]


def test_shape_that_cannot_be_drawn_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CLIMATE_RING_POINTS", "0@5")
    with pytest.raises(ConfigurationError, match=r"CLIMATE_RING_POINTS .*5 km; accepted are 20"):
        load(RingSettings)
