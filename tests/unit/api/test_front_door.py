"""Around every answer: ready bytes, tags, compression, ids, limits of size, metrics."""

import gzip
import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from limits import parse

from api.access.policy import LARGEST_BODY, Policy
from api.edge.headers import SECURITY_HEADERS
from shared.forecasting.variables import Variable
from tests.unit.api.conftest import client_of
from tests.unit.api.world import SITE, World, weather

pytestmark = pytest.mark.anyio
FORECAST = "/api/v1/forecast?site=marrakech"


PATHS = (FORECAST, "/v1/forecast?latitude=31.63&longitude=-8&daily=temperature_2m_max")


def as_sent(response: httpx.Response) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer in order of their names, without the id of its request."""
    return sorted(pair for pair in response.headers.raw if pair[0].lower() != b"x-request-id")


@pytest.mark.parametrize("path", PATHS)
async def test_ready_answer_is_the_one_that_was_made(client: httpx.AsyncClient, path: str) -> None:
    asked = {"Accept-Encoding": "identity"}
    made, ready = [await client.get(path, headers=asked) for _ in range(2)]
    assert made.content == ready.content
    assert as_sent(made) == as_sent(ready)


@pytest.mark.parametrize("path", PATHS)
async def test_ready_answer_is_packed_as_the_one_that_was_made(
    client: httpx.AsyncClient, path: str
) -> None:
    made, ready = [await client.get(path, headers={"Accept-Encoding": "gzip"}) for _ in range(2)]
    assert made.content == ready.content  # unpacked
    length = {b"content-length"}  # the one that is kept took the time to be smaller
    assert [pair for pair in as_sent(made) if pair[0] not in length] == [
        pair for pair in as_sent(ready) if pair[0] not in length
    ]


@pytest.mark.parametrize("path", PATHS)
async def test_ready_answer_is_withheld_as_the_one_that_was_made(world: World, path: str) -> None:
    async with client_of(world) as client:
        tag = (await client.get(path)).headers["etag"]
    async with client_of(world) as client:  # another process, where nothing is ready
        made, ready = [await client.get(path, headers={"If-None-Match": tag}) for _ in range(2)]
    assert (made.status_code, made.content) == (ready.status_code, ready.content) == (304, b"")
    assert as_sent(made) == as_sent(ready)


async def test_what_is_ready_answers_get_alone(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        answered = await client.get(FORECAST)
    head = await client.head(FORECAST)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == answered.headers["etag"]
    assert (await client.post(FORECAST)).status_code == 405


async def test_answer_made_in_the_minute_before_is_not_kept(world: World) -> None:
    ready, served = world.services.ready, tuple(world.state.snapshot.sites.values())
    question, layout = ("/api/v1/forecast", b"site=marrakech"), world.state.snapshot.layout
    assert ready.find(*question) is None
    world.now += timedelta(minutes=1)  # while it is made
    ready.keep(question, b"{}", 'W/"1"', served, layout)
    assert ready.find(*question) is None
    ready.keep(question, b"{}", 'W/"1"', served, layout)
    assert ready.find(*question) is not None


async def test_ready_answer_carries_every_security_header(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        response = await client.get(FORECAST)
        assert (
            SECURITY_HEADERS.items()
            <= {
                name.title().replace("-Oc", "-oc"): value
                for name, value in response.headers.items()
            }.items()
        )


async def test_renewed_site_is_answered_anew(client: httpx.AsyncClient, world: World) -> None:
    before = (await client.get(FORECAST)).json()
    world.promote(Variable.TEMPERATURE_MAX, 99, constant=5.0)
    world.reconcile()
    after = (await client.get(FORECAST)).json()
    assert after["models"]["temperature_2m_max"]["epoch"] == 99
    assert before["daily"]["temperature_2m_max"] != after["daily"]["temperature_2m_max"]


async def test_other_sites_answers_stay_ready(client: httpx.AsyncClient, world: World) -> None:
    fes = replace(SITE, site_id="fes", latitude=34.03, longitude=-5.0)
    world.source.sites = (SITE, fes)
    world.source.observe(weather(), site_id="fes")
    world.reconcile()
    asked = "/api/v1/forecast?latitude=34.03&longitude=-5.0"
    first = (await client.get(asked)).json()["generationtime_ms"]
    world.source.observe(weather(810))  # of marrakech
    world.reconcile()
    assert (await client.get(asked)).json()["generationtime_ms"] == first
    # A site that comes nearer changes what a point is answered by.
    nearer = replace(SITE, site_id="sefrou", latitude=34.031, longitude=-5.001)
    world.source.sites = (SITE, fes, nearer)
    world.source.observe(weather(), site_id="sefrou")
    world.reconcile()
    moved = "/api/v1/forecast?latitude=34.031&longitude=-5.001"
    assert (await client.get(moved)).json()["site"] == "sefrou"


async def test_answer_grows_stale_although_it_is_ready(
    client: httpx.AsyncClient, world: World
) -> None:
    assert (await client.get(FORECAST)).json()["stale"] is False
    world.now += timedelta(days=2)
    assert (await client.get(FORECAST)).json()["stale_days"] == 2


@pytest.mark.parametrize(
    "path", [FORECAST, "/v1/forecast?latitude=31.63&longitude=-8", "/api/v1/sites", "/docs"]
)
async def test_known_answer_is_not_sent_again(client: httpx.AsyncClient, path: str) -> None:
    for _ in range(2):  # made, then ready
        first = await client.get(path)
        again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]


async def test_same_answer_has_the_same_tag_in_every_process(world: World) -> None:
    tags = set()
    for _ in range(2):
        async with client_of(world) as client:
            tags.add((await client.get(FORECAST)).headers["etag"])
    assert len(tags) == 1


async def test_answer_is_compressed_for_whoever_takes_it(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        packed = await client.get(FORECAST, headers={"Accept-Encoding": "gzip"})
        plain = await client.get(FORECAST, headers={"Accept-Encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.json()["daily"] == plain.json()["daily"]
        assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert gzip.compress(plain.content)


async def test_every_answer_has_an_id_and_keeps_the_one_it_was_given(
    client: httpx.AsyncClient,
) -> None:
    for path in (FORECAST, FORECAST, "/api/v1/nowhere"):
        given = await client.get(path, headers={"X-Request-ID": "from-the-proxy.7"})
        assert given.headers["x-request-id"] == "from-the-proxy.7"
        forged = await client.get(path, headers={"X-Request-ID": "a\tb<script>"})
        assert re.fullmatch("[0-9a-f]{32}", forged.headers["x-request-id"])


async def test_body_that_is_too_large_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/v1/train", content=b" " * (LARGEST_BODY + 1))
    assert response.status_code == 413
    assert response.json()["type"] == "urn:climate:problem:body-too-large"


async def test_pages_of_others_may_not_call_unless_they_are_named(world: World) -> None:
    origin = {"Origin": "https://weather.example"}
    async with client_of(world) as client:
        assert (
            "access-control-allow-origin"
            not in (await client.get(FORECAST, headers=origin)).headers
        )
    limit = parse("1000/minute")
    world.policy = Policy(limit, limit, ("https://weather.example",))
    async with client_of(world) as client:
        for _ in range(2):
            answer = await client.get(FORECAST, headers=origin)
            assert answer.headers["access-control-allow-origin"] == "https://weather.example"
        asked = {**origin, "Access-Control-Request-Method": "POST"}
        preflight = await client.options("/api/v1/train", headers=asked)
        assert preflight.status_code == 200


async def test_metrics_tell_of_requests_models_ages_and_reloads(
    client: httpx.AsyncClient, world: World
) -> None:
    for _ in range(3):
        await client.get(FORECAST)
    await client.get("/api/v1/models/marrakech/temperature_2m_max")
    text = (await client.get("/metrics")).text
    assert 'climate_requests_total{method="GET",route="/api/v1/forecast",status="200"} 3.0' in text
    times = 'climate_request_seconds_bucket{le="+Inf",route="/api/v1/forecast"} 3.0'
    assert times in text
    # By the route, not by the path: names of sites would be series without end.
    assert 'route="/api/v1/models/{site}/{variable}"' in text
    epoch = re.search(r'climate_model_epoch\{family="([\w-]+)",site="marrakech",', text)
    assert epoch is not None
    assert f"climate_reloads_total {world.state.reloads:.1f}" in text
    # NOW is noon of the day after the last observed one.
    age = re.search(r'climate_forecast_age_seconds\{site="marrakech"\} (\S+)', text)
    assert age is not None
    assert float(age.group(1)) == pytest.approx(12 * 3600, abs=1)


async def test_head_counts_for_the_route_that_answered(client: httpx.AsyncClient) -> None:
    await client.head(FORECAST)
    text = (await client.get("/metrics")).text
    assert 'climate_requests_total{method="HEAD",route="/api/v1/forecast",status="200"} 1.0' in text


async def test_metrics_tell_what_the_champion_saves(
    client: httpx.AsyncClient, world: World
) -> None:
    world.record.skill = {("marrakech", Variable.TEMPERATURE_MAX, "climatology"): 0.25}
    labels = 'rival="climatology",site="marrakech",variable="temperature_2m_max"'
    assert f"climate_live_skill{{{labels}}} 0.25" in (await client.get("/metrics")).text


async def test_metrics_do_without_the_database(client: httpx.AsyncClient, world: World) -> None:
    world.state.database.failed(ConnectionError("gone"))
    text = (await client.get("/metrics")).text
    assert 'climate_link_up{to="database"} 0.0' in text
    assert "climate_jobs{" not in text
