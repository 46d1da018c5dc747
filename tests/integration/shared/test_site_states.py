"""Sites come, pause, go and come back, their ring and their unfinished work with them."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from shared.adapters.database import SessionFactory
from shared.adapters.ledger import claim, finish, supersede_jobs
from shared.adapters.site_states import (
    Added,
    pause_site,
    register_site,
    remove_site,
    resume_site,
)
from shared.adapters.sites import (
    claim_provenance,
    get_site,
    keep_ring,
    list_ring,
    list_sites,
)
from shared.adapters.tables import sites
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance
from shared.contracts.sites import DEFAULT_SITE, RingPoint, Site, SiteState, new_site
from shared.errors import LeaseLost, ProvenanceConflict, SiteRefused, SiteUnknown
from tests.support.database import LOGICAL_DATE, SITE_ID, job_row, planned

FES = new_site("Fes", latitude=34.03, longitude=-5.0, timezone="Africa/Casablanca")


def ring_point(wind: str, centre: Site = DEFAULT_SITE) -> RingPoint:
    point = replace(centre, site_id=f"{centre.site_id}.{wind}", latitude=centre.latitude + 2)
    return RingPoint(point, centre.site_id, bearing_degrees=0.0, distance_km=222.4)


def states(sessions: SessionFactory) -> dict[str, str]:
    with sessions.begin() as session:
        rows = session.execute(select(sites.c.site_id, sites.c.state))
        return {row.site_id: row.state for row in rows}


def ring(sessions: SessionFactory, *winds: str) -> int:
    with sessions.begin() as session:
        return keep_ring(session, get_site(session, SITE_ID), [ring_point(w) for w in winds])


def test_added_site_is_listed(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        assert register_site(session, FES) == Added(FES, is_back=False)
        assert [site.site_id for site in list_sites(session)] == ["fes", SITE_ID]


def test_id_that_is_taken_is_refused(sessions: SessionFactory) -> None:
    with sessions.begin() as session, pytest.raises(SiteRefused, match="another id with --id"):
        register_site(session, replace(FES, site_id=SITE_ID))


def test_place_that_is_taken_is_refused(sessions: SessionFactory) -> None:
    with (
        sessions.begin() as session,
        pytest.raises(SiteRefused, match=r"'marrakech' is at that place already \(31.6300, -8.0"),
    ):
        register_site(session, replace(DEFAULT_SITE, site_id="medina", latitude=31.635))


def test_ring_point_takes_no_place(sessions: SessionFactory) -> None:
    ring(sessions, "n222")
    with sessions.begin() as session:
        there = replace(FES, latitude=DEFAULT_SITE.latitude + 2, longitude=DEFAULT_SITE.longitude)
        assert not register_site(session, there).is_back


def test_place_added_twice_at_once_is_added_once(sessions: SessionFactory) -> None:
    outcomes: list[str] = []

    def add(site_id: str) -> None:
        try:
            with sessions.begin() as session:
                register_site(session, replace(FES, site_id=site_id))
            outcomes.append("added")
        except SiteRefused:
            outcomes.append("refused")

    threads = [threading.Thread(target=add, args=(f"fes-{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["added", "refused", "refused", "refused"]


def test_ring_shares_the_state_of_its_centre(sessions: SessionFactory) -> None:
    ring(sessions, "n222", "s222")
    for change, state in (
        (pause_site, "paused"),
        (resume_site, "active"),
        (pause_site, "paused"),
        (remove_site, "removed"),
    ):
        with sessions.begin() as session:
            change(session, SITE_ID)
        assert set(states(sessions).values()) == {state}
    with sessions.begin() as session:
        assert register_site(session, DEFAULT_SITE).is_back
    assert set(states(sessions).values()) == {"active"}


def test_ring_keeps_points_that_are_no_longer_wanted(sessions: SessionFactory) -> None:
    assert ring(sessions, "n222", "s222") == 2
    assert ring(sessions, "n222", "s222") == 0
    assert ring(sessions, "n222", "w222") == 2
    assert states(sessions)["marrakech.s222"] == "removed"
    assert ring(sessions, "n222", "s222", "w222") == 1
    with sessions.begin() as session:
        points = list_ring(session, SITE_ID)
    assert {found.point.state for found in points} == {SiteState.ACTIVE}


def test_point_set_aside_stays_so_when_its_site_is_paused_and_resumed(
    sessions: SessionFactory,
) -> None:
    ring(sessions, "n222", "s222")
    ring(sessions, "n222")
    with sessions.begin() as session:
        pause_site(session, SITE_ID)
        resume_site(session, SITE_ID)
    assert states(sessions)["marrakech.s222"] == "removed"


def test_removed_site_comes_back_at_its_place_alone(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        remove_site(session, SITE_ID)
        assert list_sites(session) == []
        with pytest.raises(SiteRefused, match="was removed, and it lay elsewhere"):
            register_site(session, replace(DEFAULT_SITE, latitude=31.7))
        back = register_site(session, replace(DEFAULT_SITE, name="Another name", elevation=None))
    assert back == Added(DEFAULT_SITE, is_back=True)  # as it was kept


def test_removed_site_comes_back_with_its_own_provenance_alone(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        claim_provenance(session, SITE_ID, Provenance.OPEN_METEO)
        remove_site(session, SITE_ID)
        with pytest.raises(ProvenanceConflict, match="with --imported for a file"):
            register_site(session, replace(DEFAULT_SITE, provenance=Provenance.IMPORTED))
        back = register_site(session, DEFAULT_SITE)
    assert back.site.provenance is Provenance.OPEN_METEO


def test_place_of_a_removed_site_is_free_for_another(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        remove_site(session, SITE_ID)
        assert not register_site(session, replace(DEFAULT_SITE, site_id="marrakech-2")).is_back


def test_unfinished_work_is_cancelled_and_taken_up_again(sessions: SessionFactory) -> None:
    waiting, done = planned(sessions), planned(sessions, JobKind.TRAIN)
    with sessions.begin() as session:
        training = claim(session, done, worker="one")
        assert training is not None
        finish(session, training)
        assert pause_site(session, SITE_ID).n_jobs == 1
    assert [job_row(sessions, job).state for job in (waiting, done)] == ["cancelled", "done"]
    with sessions.begin() as session:
        assert pause_site(session, SITE_ID).n_jobs == 0
        assert claim(session, waiting, worker="one") is None
        assert resume_site(session, SITE_ID).n_jobs == 1
        assert claim(session, waiting, worker="one") is not None


def test_work_that_was_superseded_is_not_taken_up(sessions: SessionFactory) -> None:
    job_id = planned(sessions)
    with sessions.begin() as session:
        supersede_jobs(
            session, kind=JobKind.COLLECT, site_id=SITE_ID, before=LOGICAL_DATE + timedelta(days=1)
        )
        pause_site(session, SITE_ID)
        assert resume_site(session, SITE_ID).n_jobs == 0
    assert job_row(sessions, job_id).state == "cancelled"


def test_work_under_way_writes_nothing_once_its_site_is_paused(sessions: SessionFactory) -> None:
    job_id = planned(sessions)
    with sessions.begin() as session:
        job = claim(session, job_id, worker="one")
        assert job is not None
    with sessions.begin() as session:
        pause_site(session, SITE_ID)
    with sessions.begin() as session, pytest.raises(LeaseLost):
        finish(session, job)
    with sessions.begin() as session:
        resume_site(session, SITE_ID)
    with sessions.begin() as session, pytest.raises(LeaseLost):
        finish(session, job)
    assert job_row(sessions, job_id).state == "queued"


def test_work_of_another_site_goes_on(sessions: SessionFactory) -> None:
    job_id = planned(sessions)
    with sessions.begin() as session:
        register_site(session, FES)
        remove_site(session, "fes")
    assert job_row(sessions, job_id).state == "queued"


@pytest.mark.parametrize("change", [pause_site, resume_site, remove_site])
def test_only_sites_have_a_state_of_their_own(sessions: SessionFactory, change: object) -> None:
    ring(sessions, "n222")
    assert callable(change)
    with sessions.begin() as session:
        with pytest.raises(SiteUnknown, match="no site 'atlantis'"):
            change(session, "atlantis")
        with pytest.raises(SiteRefused, match="is a point of the ring of 'marrakech'"):
            change(session, "marrakech.n222")


@pytest.mark.parametrize("change", [pause_site, resume_site])
def test_removed_site_is_added_not_resumed(sessions: SessionFactory, change: object) -> None:
    assert callable(change)
    with sessions.begin() as session:
        remove_site(session, SITE_ID)
        with pytest.raises(SiteRefused, match="was removed; `climate sites add`"):
            change(session, SITE_ID)
        assert remove_site(session, SITE_ID).n_jobs == 0
