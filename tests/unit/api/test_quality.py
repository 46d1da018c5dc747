"""`/api/v1/data-quality` and the page about the data."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from api.answers.problems import MEDIA_TYPE
from api.answers.quality import MonthAnswer
from api.dashboard.chart.calendar import Calendar, shade
from shared.adapters.data_quality.collecting import Collection
from shared.adapters.data_quality.report import SiteQuality
from shared.contracts.provenance import Provenance
from shared.contracts.sites import Site, SiteState
from tests.unit.api.pages import page_of
from tests.unit.api.spoiled import collection, failing_source, spoiled_quality
from tests.unit.api.world import LAST_DATE, NOW, SITE, World

pytestmark = pytest.mark.anyio

URL = "/api/v1/data-quality"
PAGE = "/dashboard/data"


@pytest.fixture
def spoiled(world: World) -> World:
    """Return a world whose data is not what it should be."""
    world.record.quality["marrakech"] = spoiled_quality()
    world.record.sources = [failing_source()]
    return world


async def test_quality_tells_completeness_by_window_and_variable(
    spoiled: World, client: httpx.AsyncClient
) -> None:
    del spoiled
    (site,) = (await client.get(URL)).json()["sites"]
    assert site["completeness"]["last_30_days"]["completeness"] == 1.0
    year = site["completeness"]["last_365_days"]
    assert (year["days"], year["observed_days"]) == (177, 174)
    assert (year["provisional_days"], year["final_days"]) == (10, 164)
    assert year["shares"] == {"temperature_2m_max": 0.9831, "precipitation_sum": 0.9831}
    assert site["variables"] == ["temperature_2m_max", "precipitation_sum"]


async def test_quality_tells_gaps_quarantine_helpers_and_sources(
    spoiled: World, client: httpx.AsyncClient
) -> None:
    del spoiled
    found = (await client.get(URL)).json()
    (site,) = found["sites"]
    assert site["gaps"]["longest"][0] == {
        "first_date": "2026-06-01",
        "last_date": "2026-06-03",
        "days": 3,
        "empty_days": 1,
    }
    assert (site["quarantine"]["held"], site["quarantine"]["flagged"]) == (1, 4)
    (held,) = site["quarantine"]["newest_held"]
    assert (held["check"], held["site"], held["finding_id"]) == ("bounds", "marrakech-90", 17)
    assert site["ring"]["oldest_last_date"] is None
    assert site["guidance"]["completeness"] == 1.0
    assert found["sources"][0]["failing_since"] == "2026-11-23T11:00:00Z"


async def test_months_are_told_where_one_site_is_asked_for(
    spoiled: World, client: httpx.AsyncClient
) -> None:
    del spoiled
    assert (await client.get(URL)).json()["sites"][0]["months"] == []
    (site,) = (await client.get(f"{URL}?site=marrakech")).json()["sites"]
    june = {"month": "2026-06", "days": 30, "observed_days": 27, "completeness": 0.9}
    assert site["months"][1] == june


async def test_site_without_observations_is_told_as_such(client: httpx.AsyncClient) -> None:
    (site,) = (await client.get(URL)).json()["sites"]
    assert site["completeness"] is None
    assert site["freshness"] == {
        "last_date": None,
        "expected_date": LAST_DATE.isoformat(),
        "age_days": None,
        "stale_days": None,
        "stale": True,
    }


async def test_freshness_counts_the_days_behind_the_expected_one(
    world: World, client: httpx.AsyncClient
) -> None:
    world.record.quality["marrakech"] = spoiled_quality(last_date=LAST_DATE - timedelta(days=4))
    fresh = (await client.get(URL)).json()["sites"][0]["freshness"]
    assert (fresh["age_days"], fresh["stale_days"], fresh["stale"]) == (5, 4, True)


@pytest.mark.parametrize(
    ("last", "due"),
    [
        # Collected for yesterday: tomorrow at 06:00 of Kathmandu, which is at UTC+5:45.
        (collection(LAST_DATE), "2026-11-24T00:15:00Z"),
        # Failed, and waits for its next attempt.
        (
            collection(LAST_DATE, "queued", not_before=NOW + timedelta(minutes=7)),
            "2026-11-23T12:07:00Z",
        ),
        # Of the day before: the one of yesterday is to be planned.
        (collection(LAST_DATE - timedelta(days=1)), "2026-11-23T12:00:00Z"),
    ],
)
async def test_next_collection_is_the_one_that_waits_or_of_the_next_day(
    world: World, client: httpx.AsyncClient, last: Collection, due: str
) -> None:
    world.source.sites = (replace(SITE, timezone="Asia/Kathmandu"),)
    world.reconcile()
    world.record.quality["marrakech"] = replace(spoiled_quality(), collections=(last,))
    (site,) = (await client.get(URL)).json()["sites"]
    assert site["next_collection_at"] == due


@pytest.mark.parametrize(
    "site", [replace(SITE, state=SiteState.PAUSED), replace(SITE, provenance=Provenance.IMPORTED)]
)
async def test_nothing_is_due_where_nothing_is_collected(
    world: World, client: httpx.AsyncClient, site: Site
) -> None:
    world.source.sites = (site,)
    world.reconcile()
    assert (await client.get(URL)).json()["sites"][0]["next_collection_at"] is None


async def test_sites_come_page_by_page_in_the_order_of_their_ids(
    world: World, client: httpx.AsyncClient
) -> None:
    names = ["agadir", "fes", "marrakech", "oujda", "zagora"]
    world.source.sites = tuple(replace(SITE, site_id=name) for name in reversed(names))
    world.reconcile()
    found, url = [], f"{URL}?limit=2"
    while url:
        page = (await client.get(url)).json()
        found.append([site["site"] for site in page["sites"]])
        url = page["next"]
    assert found == [names[0:2], names[2:4], names[4:]]


async def test_unknown_site_is_a_problem_and_an_absent_database_too(
    world: World, client: httpx.AsyncClient
) -> None:
    unknown = await client.get(f"{URL}?site=atlantis")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, MEDIA_TYPE)
    world.record.error = OperationalError("select", {}, Exception("down"))
    away = await client.get(URL)
    assert (away.status_code, away.json()["title"]) == (503, "The record is unavailable")


async def test_document_shows_examples(client: httpx.AsyncClient) -> None:
    schemas = (await client.get("/openapi.json")).json()["components"]["schemas"]
    for name in ("WindowAnswer", "GapsAnswer", "HeldValueAnswer", "SourceAnswer"):
        assert any("examples" in field for field in schemas[name]["properties"].values())


async def test_page_tells_what_is_wrong_and_why(spoiled: World) -> None:
    page = await page_of(spoiled, PAGE)
    for words in (
        "Up to date.",
        "98.3% of the values of the last 177 days",
        "3 days from 1 Jun 2026 to 3 Jun 2026 the source was asked and has nothing for 1 day",
        "held back 1 \N{MULTIPLICATION SIGN} bounds: Maximum temperature",
        "71.4 °C is outside what any place on earth has seen 2 hours ago",
        "failing open-meteo-archive 1 hour ago: HTTP 503: overloaded",
        "Left alone, tried again in 14 minutes",
        "8 points around the site, 98.8% of their days are there. One has nothing yet.",
        "Newest days, 22 Nov done: 5 hours ago",
    ):
        assert words in page.text


async def test_page_of_a_failed_collection_says_why_and_when_again(spoiled: World) -> None:
    waiting = {"not_before": NOW + timedelta(minutes=7), "last_error": "HTTP 503"}
    dead = {"attempts": 200, "last_error": "HTTP 400"}
    spoiled.record.quality["marrakech"] = replace(
        spoiled_quality(last_date=LAST_DATE - timedelta(days=2)),
        collections=(
            collection(LAST_DATE, "queued", **waiting),
            collection(LAST_DATE - timedelta(days=1), "dead", **dead),
        ),
    )
    page = await page_of(spoiled, PAGE)
    assert "Out of date by 2 days." in page.text
    assert "tries again in 7 minutes, after: HTTP 503" in page.text
    assert "given up after 200 attempts: HTTP 400" in page.text


async def test_page_without_observations_promises_nothing(world: World) -> None:
    world.record.quality["marrakech"] = SiteQuality()
    page = await page_of(world, PAGE)
    assert "Nothing has been observed yet." in page.text
    assert "No source was asked since yesterday." in page.text
    assert page.count("svg", role="img") == 0


async def test_calendar_is_described_and_has_a_table_beside_it(spoiled: World) -> None:
    page = await page_of(spoiled, PAGE)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    charts = [found for tag, found in page.elements if found.get("role") == "img" and tag == "svg"]
    assert len(charts) == 2
    for chart in charts:
        assert set((chart["aria-labelledby"] or "").split()) <= set(ids)
    assert "June 2026: 90%, 27 of 30 days" in page.text
    assert "100% 90% 0%" in page.text


async def test_page_without_the_database_goes_on_by_itself(world: World) -> None:
    world.record.error = OperationalError("select", {}, Exception("down"))
    page = await page_of(world, PAGE)
    assert "The database does not answer" in page.text
    assert page.count("main", data_again_seconds="5") == 1


async def test_reasons_others_have_written_are_text(
    spoiled: World, client: httpx.AsyncClient
) -> None:
    evil = "<script>alert(1)</script>"
    spoiled.record.sources = [replace(failing_source(), last_problem=evil)]
    assert evil not in (await client.get(PAGE)).text


def test_calendar_places_a_month_by_its_year_and_number() -> None:
    months = [
        MonthAnswer(month=month, days=30, observed_days=30, completeness=share)
        for month, share in (("2025-12", 1.0), ("2026-01", 0.899))
    ]
    calendar = Calendar.of(months, width=40.0 + 12 * 10.0)
    december, january = calendar.cells
    assert december.y > january.y  # the newest year is on top
    assert (january.x, december.x) == (40.0, 40.0 + 11 * 10.0)
    assert (december.label, january.label) == ("", "89")


@pytest.mark.parametrize(
    ("share", "name"),
    [(1.0, "whole"), (0.9, "most"), (0.8999, "some"), (0.01, "few"), (0.0, "none")],
)
def test_shade_says_how_much_is_there(share: float, name: str) -> None:
    assert shade(share) == name
