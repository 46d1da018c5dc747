"""The page: what a person must see, in which state of the system, and safely."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from shared.contracts.provenance import Provenance
from shared.contracts.sites import SiteState
from shared.forecasting.variables import Variable
from tests.unit.api.conftest import client_of
from tests.unit.api.pages import Page, page_of
from tests.unit.api.world import LAST_DATE, NOW, SITE, World, decision, job, weather

pytestmark = pytest.mark.anyio


async def test_page_shows_seven_days_and_the_charts(world: World) -> None:
    page = await page_of(world)
    assert page.count("li", class_="card day") == 6
    assert page.count("li", class_="card day next") == 1
    assert "Today 23 Nov" in page.text
    assert "Tomorrow 24 Nov" in page.text
    assert page.count("svg", class_="chart wide") == 1
    assert page.count("svg", class_="chart narrow") == 1


async def test_page_names_the_champion_of_each_variable_and_its_skill(world: World) -> None:
    page = await page_of(world)
    for name in ("Maximum temperature", "Precipitation", "Maximum wind"):
        assert f"{name} Linear regression" in page.text
    assert "0.87 31% 42%" in page.text
    assert "3 hours ago" in page.text
    assert "21 Nov 2026" in page.text


async def test_page_shows_the_last_decisions_with_their_reason(world: World) -> None:
    world.record.decided = [
        decision(Variable.PRECIPITATION, "inconclusive", "Better by 1 % only.", hours_ago=2)
    ]
    page = await page_of(world)
    assert "champion stays Precipitation 2 hours ago Better by 1 % only." in page.text


async def test_simulated_weather_is_announced_before_the_figures(world: World) -> None:
    world.source.sites = (replace(SITE, provenance=Provenance.SIMULATED),)
    world.reconcile()
    page = await page_of(world)
    assert page.count("p", class_="ribbon simulated") == 1
    assert page.text.index("Simulated weather.") < page.text.index("Today")
    assert "Open-Meteo" not in page.text


async def test_open_meteo_is_credited(world: World) -> None:
    page = await page_of(world)
    assert "Weather data by Open-Meteo.com ( CC BY 4.0)" in page.text
    assert page.count("p", class_="ribbon simulated") == 0


async def test_stale_forecast_is_announced_with_its_age(world: World) -> None:
    world.now = NOW + timedelta(days=30)
    page = await page_of(world)
    assert "Out of date by 30 days." in page.text
    assert "The newest forecast is for 23 Nov to 29 Nov 2026." in page.text


async def test_paused_site_is_announced_with_what_resumes_it(world: World) -> None:
    world.source.sites = (replace(SITE, state=SiteState.PAUSED),)
    world.reconcile()
    assert "Paused. Nothing new is collected" in (await page_of(world)).text


async def test_page_without_a_forecast_shows_what_the_system_is_doing() -> None:
    world = World()
    world.reconcile()
    world.record.ledger = [job("collect", "running", progress="year 2019 of 2015 to 2026")]
    page = await page_of(world)
    assert "Getting ready." in page.text
    assert "none so far" in page.text
    assert "Collect observations working: year 2019 of 2015 to 2026" in page.text
    assert page.count("main", data_live="/api/v1/events/stream") == 1


async def test_page_with_climatology_says_for_what_it_stands_in() -> None:
    world = World()
    world.source.observe(weather())
    world.reconcile()
    assert "All of this is what is usual for the season" in (await page_of(world)).text
    world.promote(Variable.TEMPERATURE_MAX, 1)
    world.reconcile()
    assert "stands in for: Minimum temperature, Mean temperature, " in (await page_of(world)).text


async def test_page_without_the_database_shows_the_forecast_and_says_so(world: World) -> None:
    world.record.error = OperationalError("select", {}, Exception("down"))
    page = await page_of(world)
    assert page.count("ol", class_="days") == 1
    assert "The database does not answer." in page.text


async def test_page_of_a_refused_champion_says_so(world: World) -> None:
    world.promote(Variable.TEMPERATURE_MAX, 10)
    world.artifacts.error = ConnectionError("MLflow is away")
    world.reconcile()
    assert "A newer champion could not be loaded" in (await page_of(world)).text


async def test_page_before_the_first_look_at_the_database_goes_on_by_itself() -> None:
    page = await page_of(World())
    assert "Starting" in page.text
    assert page.count("main", data_again_seconds="2") == 1


async def test_page_of_an_unknown_site_leads_to_those_there_are(
    client: httpx.AsyncClient,
) -> None:
    response = await client.get("/dashboard?site=atlantis")
    assert response.status_code == 404
    assert Page(response.text).count("a", href="/dashboard/places") == 1


async def test_places_are_found_without_accents_and_capitals(world: World) -> None:
    world.source.sites = (*world.source.sites, replace(SITE, site_id="fes", name="Fès"))
    world.reconcile()
    page = await page_of(world, "/dashboard/places?q=FES")
    assert page.count("a", href="/dashboard?site=fes") == 1
    assert page.count("a", href="/dashboard?site=marrakech") == 0
    assert "Getting ready." in (await page_of(world, "/dashboard?site=fes")).text


async def test_thousands_of_places_are_neither_listed_nor_linked_on_every_page(
    world: World,
) -> None:
    many = (replace(SITE, site_id=f"site-{n}", name=f"Place {n}") for n in range(300))
    world.source.sites = (*world.source.sites, *many)
    world.reconcile()
    assert "Place 17" not in (await page_of(world)).text
    page = await page_of(world, "/dashboard/places")
    assert "301 places are forecast." in page.text
    assert "and 241 more" in page.text


async def test_what_others_have_written_is_text_and_never_markup(world: World) -> None:
    evil = "<script>alert(1)</script>"
    world.source.sites = (replace(SITE, name=evil),)
    world.reconcile()
    world.record.decided = [decision(Variable.PRECIPITATION, "reject", evil, hours_ago=1)]
    world.record.ledger = [job("collect", "dead", last_error=evil)]
    async with client_of(world) as client:
        html = (await client.get("/")).text
    assert evil not in html
    assert html.count("&lt;script&gt;") >= 4


@pytest.mark.parametrize("url", ["/", "/docs", "/dashboard/data", "/dashboard?site=atlantis"])
async def test_page_needs_nothing_inline_and_nothing_from_elsewhere(
    client: httpx.AsyncClient, url: str
) -> None:
    response = await client.get(url)
    policy = response.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
    for tag, attributes in Page(response.text).elements:
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        assert tag != "style"
        if tag in {"script", "link", "img"}:
            address = attributes.get("src") or attributes.get("href") or ""
            assert address.startswith("/static/")


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    for url in ("/", "/api/v1/forecast?site=marrakech", "/nowhere", "/health", "/openapi.json"):
        headers = (await client.get(url)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "content-security-policy" in headers


async def test_static_files_are_kept_by_browsers_until_they_change(
    client: httpx.AsyncClient,
) -> None:
    html = (await client.get("/")).text
    addresses = set(re.findall(r'"(/static/[^"]+)"', html))
    assert {address.partition("?")[0] for address in addresses} == {
        "/static/style.css",
        "/static/live.js",
        "/static/icon.svg",
    }
    for address in addresses:
        response = await client.get(address)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
    assert (await client.get("/static/../app.py")).status_code == 404


async def test_charts_are_described_and_have_a_table_beside_them(world: World) -> None:
    page = await page_of(world)
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    for tag, attributes in page.elements:
        if tag == "svg" and attributes.get("role") == "img":
            assert set((attributes["aria-labelledby"] or "").split()) <= ids
    assert len(ids) == sum(1 for _, attributes in page.elements if "id" in attributes)
    assert f"Monday, {LAST_DATE.day + 1} November 2026" in page.text


async def test_reference_names_every_endpoint_and_what_it_takes(
    client: httpx.AsyncClient,
) -> None:
    page = Page((await client.get("/docs")).text)
    document = (await client.get("/openapi.json")).json()
    for path in document["paths"]:
        assert path in page.text
    assert "temperature_unit celsius, fahrenheit celsius" in page.text
    assert "forecast_days integer from 1 to 7 7" in page.text
