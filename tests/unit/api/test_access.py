"""Who may change what, and how much may be asked."""

import re
from datetime import timedelta

import httpx
import pytest
from limits import parse
from limits.aio.storage import MemoryStorage

from api.access.doorkeeper import Doorkeeper
from api.access.policy import Policy
from api.access.rate_limits import RateLimits
from api.answers.problems import OrderRefused
from shared.contracts.keys import ApiKey, Scope
from tests.unit.api.conftest import client_of
from tests.unit.api.world import FakeOrders, World

pytestmark = pytest.mark.anyio

ORDERS = [
    ("POST", "/api/v1/sites", {"name": "Agadir", "latitude": 30.42, "longitude": -9.6}),
    ("DELETE", "/api/v1/sites/marrakech", None),
    ("POST", "/api/v1/collect", {"site": "marrakech"}),
    ("POST", "/api/v1/train", {"site": "marrakech"}),
    (
        "POST",
        "/api/v1/rollback",
        {"site": "marrakech", "variable": "precipitation_sum", "reason": "too dry"},
    ),
]


@pytest.mark.parametrize(("method", "path", "body"), ORDERS)
async def test_change_without_a_key_is_refused(
    client: httpx.AsyncClient, world: World, method: str, path: str, body: dict[str, object] | None
) -> None:
    response = await client.request(method, path, json=body)
    assert response.status_code == 401
    assert response.json()["type"] == "urn:climate:problem:key-missing"
    assert "X-API-Key" in response.headers["www-authenticate"]
    assert world.orders.taken == []


@pytest.mark.parametrize(("method", "path", "body"), ORDERS)
async def test_change_with_a_key_is_taken(
    client: httpx.AsyncClient, world: World, method: str, path: str, body: dict[str, object] | None
) -> None:
    headers = {"X-API-Key": world.orders.give_key()}
    response = await client.request(method, path, json=body, headers=headers)
    assert response.status_code in {201, 202, 204}, response.text
    assert len(world.orders.taken) == 1
    if response.status_code == 202:
        assert response.headers["location"] == response.json()["href"]


@pytest.mark.parametrize("text", ["", "climate_", "climate__", "climate_a_b", "x" * 5000])
async def test_key_that_is_none_of_ours_is_refused(client: httpx.AsyncClient, text: str) -> None:
    response = await client.post(
        "/api/v1/train", json={"site": "marrakech"}, headers={"X-API-Key": text}
    )
    assert response.status_code == 401
    assert len(text) < 9 or text not in response.text


async def test_right_id_with_a_wrong_secret_is_refused(
    client: httpx.AsyncClient, world: World
) -> None:
    key = ApiKey.read(world.orders.give_key())
    assert key is not None
    forged = ApiKey(key.key_id, ApiKey.new().secret)
    response = await client.post(
        "/api/v1/train", json={"site": "marrakech"}, headers={"X-API-Key": forged.text}
    )
    assert response.status_code == 401


async def test_key_for_other_things_is_refused(client: httpx.AsyncClient, world: World) -> None:
    headers = {"X-API-Key": world.orders.give_key(Scope.SITES)}
    response = await client.post("/api/v1/train", json={"site": "marrakech"}, headers=headers)
    assert response.status_code == 403
    assert "'work'" in response.json()["detail"]


async def test_no_answer_and_no_log_holds_the_key(
    client: httpx.AsyncClient, world: World, logs: list[dict[str, object]]
) -> None:
    text = world.orders.give_key()
    for method, path, body in ORDERS:
        response = await client.request(method, path, json=body, headers={"X-API-Key": text})
        assert text not in response.text + str(response.headers)
    assert any(entry["event"] == "order_taken" for entry in logs)
    assert text not in str(logs)
    assert text.rpartition("_")[2] not in repr(ApiKey.read(text))


async def test_what_cannot_be_done_is_said(client: httpx.AsyncClient, world: World) -> None:
    world.orders.refusal = OrderRefused("'marrakech' is paused: nothing is collected there.")
    response = await client.post(
        "/api/v1/collect",
        json={"site": "marrakech"},
        headers={"X-API-Key": world.orders.give_key()},
    )
    assert response.status_code == 409
    assert "paused" in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "Agadir", "latitude": 91, "longitude": 0}, "latitude"),
        ({"name": "", "latitude": 9, "longitude": 0}, "name"),
        ({"name": "Agadir", "latitude": 9, "longitude": 0, "site": "Not A Slug"}, "Not A Slug"),
        ({"name": "Agadir", "latitude": 9, "longitude": 0, "timezone": "Mars/Olympus"}, "Mars"),
        ({"name": "Agadir", "latitude": 9, "longitude": 0, "colour": "red"}, "colour"),
        ({"name": "\x00", "latitude": 9, "longitude": 0}, "name"),
    ],
)
async def test_site_that_cannot_be_is_refused_by_name(
    client: httpx.AsyncClient, world: World, body: dict[str, object], field: str
) -> None:
    headers = {"X-API-Key": world.orders.give_key()}
    response = await client.post("/api/v1/sites", json=body, headers=headers)
    assert response.status_code == 422
    assert field in response.text
    assert world.orders.taken == []


async def test_unknown_task_is_not_found(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v1/tasks/6ba7b810-9dad-11d1-80b4-00c04fd430c8")
    assert response.status_code == 404


async def test_address_over_its_limit_is_told_when_to_come_back(world: World) -> None:
    world.policy = Policy(parse("3/minute"), parse("5/minute"))
    async with client_of(world) as client:
        answers = [await client.get("/api/v1/forecast?site=marrakech") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
        assert "3 per 1 minute" in answers[-1].json()["detail"]
        # Probes are free, and Open-Meteo's path refuses in its own words.
        assert (await client.get("/health/live")).status_code == 200
        refused = await client.get("/v1/forecast?latitude=31.63&longitude=-8")
        assert (refused.status_code, refused.json()["error"]) == (429, True)
        world.now += timedelta(minutes=1)
        assert (await client.get("/api/v1/forecast?site=marrakech")).status_code == 200


async def test_key_has_a_limit_of_its_own_once_it_has_proved_good(world: World) -> None:
    world.policy = Policy(parse("2/minute"), parse("50/minute"))
    headers = {"X-API-Key": world.orders.give_key()}
    async with client_of(world) as client:
        await client.post("/api/v1/train", json={"site": "marrakech"}, headers=headers)
        asked = [await client.get("/api/v1/sites", headers=headers) for _ in range(5)]
        assert {answer.status_code for answer in asked} == {200}
        made_up = [
            await client.get("/api/v1/sites", headers={"X-API-Key": ApiKey.new().text})
            for _ in range(5)
        ]
        assert made_up[-1].status_code == 429  # a key nobody knows is no way around the limit


def test_doorkeeper_forgets_that_a_key_was_good() -> None:
    orders, clock = FakeOrders(), [0.0]
    doorkeeper = Doorkeeper(orders, lambda: clock[0])
    text = orders.give_key()
    assert doorkeeper.name_of(text) is None
    doorkeeper.admit(text, Scope.WORK)
    assert doorkeeper.name_of(text) is not None
    clock[0] = 61.0
    assert doorkeeper.name_of(text) is None


async def test_limit_holds_over_all_processes_together() -> None:
    storage, limit = MemoryStorage(), parse("10/minute")
    one, other = RateLimits(storage), RateLimits(storage)
    for _ in range(6):
        assert one.seconds_to_wait("address:a", limit) == 0
    await one.tell()
    for _ in range(4):
        assert other.seconds_to_wait("address:a", limit) == 0
    await other.tell()
    assert other.seconds_to_wait("address:a", limit) > 0
    assert other.seconds_to_wait("address:b", limit) == 0


class BrokenStorage(MemoryStorage):
    """A Redis that is away."""

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Fail."""
        raise ConnectionError(key, expiry, amount)


async def test_limit_is_kept_alone_while_redis_is_away(logs: list[dict[str, object]]) -> None:
    limits, limit = RateLimits(BrokenStorage()), parse("3/minute")
    for _ in range(2):
        assert limits.seconds_to_wait("address:a", limit) == 0
    await limits.tell()
    assert limits.seconds_to_wait("address:a", limit) == 0
    await limits.tell()
    assert limits.seconds_to_wait("address:a", limit) > 0
    told = [entry for entry in logs if entry["event"] == "rate_limits_kept_alone"]
    assert len(told) == 1


def test_keys_are_never_the_same_and_read_back() -> None:
    key = ApiKey.new()
    assert ApiKey.read(key.text) == key
    assert ApiKey.new().secret != key.secret
    assert re.fullmatch(r"climate_[0-9a-f]{12}_[\w-]{43}", key.text)
    assert key.secret not in key.digest
