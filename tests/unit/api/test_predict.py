"""A forecast from a caller's history is the one the same history would be served."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.answers.predict import MOST_DAYS, MOST_TOGETHER
from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from tests.unit.api.world import LAST_DATE, World, weather

pytestmark = pytest.mark.anyio
PATH = "/api/v1/predict"
MAX = Variable.TEMPERATURE_MAX


def body(days: int = 420, variables: Iterable[Variable] = Variable) -> dict[str, Any]:
    history = weather().since(LAST_DATE).until(LAST_DATE) if days == 1 else weather()
    daily: dict[str, Any] = {"time": [str(day) for day in history.dates[-days:]]}
    for name in variables:
        column = history.column(name)[-days:].tolist()
        daily[name.value] = [value if value == value else None for value in column]  # noqa: PLR0124 - NaN
    return {"site": "marrakech", "daily": daily}


async def test_own_history_sent_back_gives_the_forecast_that_is_served(
    client: httpx.AsyncClient,
) -> None:
    answer = (await client.post(PATH, json=body(days=MOST_DAYS))).json()
    served = (await client.get("/api/v1/forecast?site=marrakech")).json()
    assert answer["daily"] == served["daily"]
    assert answer["reference_time"] == str(LAST_DATE)
    assert {one["served_by"] for one in answer["models"].values()} == {"champion"}
    assert "provenance" not in answer  # it is the caller's own


async def test_archive_can_be_sent_as_it_came(client: httpx.AsyncClient) -> None:
    first = LAST_DATE.replace(year=LAST_DATE.year - 1)
    archive = await client.get(f"/api/v1/archive?site=marrakech&start_date={first}")
    sent = {"site": "marrakech", "daily": archive.json()["daily"], "forecast_days": 3}
    answer = await client.post(PATH, json=sent)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["daily"]["time"]) == 3


async def test_only_what_was_sent_is_forecast(client: httpx.AsyncClient) -> None:
    answer = (await client.post(PATH, json=body(variables=[MAX]))).json()
    assert set(answer["models"]) == {MAX.value}


async def test_one_variable_can_be_asked_for_with_all_others_to_look_at(
    client: httpx.AsyncClient,
) -> None:
    whole = (await client.post(PATH, json=body())).json()
    one = (await client.post(PATH, json={**body(), "variables": ["temperature_2m_max"]})).json()
    assert list(one["models"]) == ["temperature_2m_max"]
    assert one["daily"]["temperature_2m_max"] == whole["daily"]["temperature_2m_max"]


async def test_variable_that_was_not_sent_cannot_be_asked_for(client: httpx.AsyncClient) -> None:
    sent = body(variables=[Variable.TEMPERATURE_MAX])
    refused = await client.post(PATH, json={**sent, "variables": ["wind_speed_10m_max"]})
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {
            "parameter": "variables.0",
            "value": "wind_speed_10m_max",
            "detail": "accepted: temperature_2m_max",
        }
    ]


async def test_values_that_are_missing_are_not_made_up(client: httpx.AsyncClient) -> None:
    whole, holed = body(), body()
    holed["daily"][MAX][-40:-30] = [None] * 10
    days = [(await client.post(PATH, json=one)).json()["daily"][MAX] for one in (whole, holed)]
    # Damped persistence looks at the last day alone.
    assert days[0] == days[1]
    holed["daily"][MAX][-1] = None
    answer = (await client.post(PATH, json={**holed, "variables": [MAX]})).json()
    assert answer["models"][MAX]["served_by"] == "climatology"


async def test_days_that_are_left_out_are_missing(client: httpx.AsyncClient) -> None:
    holed, shorter = body(), body()
    for n in range(-20, -15):
        for name in Variable:
            holed["daily"][name][n] = None
    for column in shorter["daily"].values():
        del column[-20:-15]
    answers = [(await client.post(PATH, json=one)).json() for one in (holed, shorter)]
    assert answers[0]["daily"] == answers[1]["daily"]


async def test_only_what_changes_something_is_logged(
    client: httpx.AsyncClient, world: World, logs: list[dict[str, object]]
) -> None:
    await client.post(PATH, json=body())
    await client.post(f"{PATH}/batch", json={"requests": [body(days=30)]})
    key = {"X-API-Key": world.orders.give_key()}
    await client.post("/api/v1/train", json={"site": "marrakech"}, headers=key)
    told = [entry["path"] for entry in logs if entry["event"] == "request_answered"]
    assert told == ["/api/v1/train"]


async def test_warmer_history_gives_a_warmer_forecast(client: httpx.AsyncClient) -> None:
    plain, warmer = body(), body()
    warmer["daily"][MAX][-1] += 5.0
    days = [(await client.post(PATH, json=one)).json()["daily"][MAX] for one in (plain, warmer)]
    assert days[1][0] > days[0][0]


#: What can be wrong: where, and what stands there instead.
BROKEN: dict[str, tuple[tuple[str | int, ...], object]] = {
    "impossible value": (("daily", MAX, 17), 99.5),
    "a word": (("daily", MAX, 2), "warm"),
    "one value too few": (("daily", MAX), [20.0] * 29),
    "unknown variable": (("daily", "snowfall_sum"), [0.0] * 30),
    "days out of order": (("daily", "time", 4), str(LAST_DATE - timedelta(days=60))),
    "unknown day": (("daily", "time", 5), "2026-02-30"),
    "too far apart": (("daily", "time", 0), "1999-01-01"),
    "too many days ahead": (("forecast_days",), 8),
}


def broken(change: str) -> dict[str, Any]:
    """Return a body with one thing wrong."""
    sent = body(days=30)
    (*path, last), value = BROKEN[change]
    place: Any = sent
    for name in path:
        place = place[name]
    place[last] = value
    return sent


@pytest.mark.parametrize(
    ("change", "field", "value", "accepted"),
    [
        ("impossible value", f"daily.{MAX}.17", "99.5", "-90 to 60 °C"),
        ("one value too few", f"daily.{MAX}", "29 values", "30"),
        ("days out of order", "daily.time.4", "", "in order"),
        ("a word", f"daily.{MAX}.2", "warm", "number"),
        ("unknown variable", "daily.snowfall_sum", "", "no such parameter"),
        ("unknown day", "daily.time.5", "2026-02-30", "date"),
        ("too far apart", "daily.time.29", str(LAST_DATE), f"within {MOST_DAYS} days"),
        ("too many days ahead", "forecast_days", "8", "less than or equal to 7"),
    ],
)
async def test_refusal_names_field_value_and_what_is_accepted(
    client: httpx.AsyncClient, change: str, field: str, value: str, accepted: str
) -> None:
    response = await client.post(PATH, json=broken(change))
    assert response.status_code == 422
    fault = response.json()["errors"][0]
    assert fault["parameter"] == field
    assert value in fault["value"]
    assert accepted in fault["detail"]


@pytest.mark.parametrize("content", [b'{"site": NaN}', b"{", b"[]", b"null", b'"x"', b"\xff"])
async def test_what_is_no_such_body_is_refused(client: httpx.AsyncClient, content: bytes) -> None:
    response = await client.post(PATH, content=content)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


async def test_number_that_is_none_is_refused(client: httpx.AsyncClient) -> None:
    text = f'{{"site": "marrakech", "daily": {{"time": ["{LAST_DATE}"], "{MAX}": [NaN]}}}}'
    assert (await client.post(PATH, content=text.encode())).status_code == 422


async def test_too_little_history_is_said_to_be(client: httpx.AsyncClient) -> None:
    sent = body(days=3)
    sent["daily"]["temperature_2m_max"] = [None, None, None]
    sent["daily"] = {name: sent["daily"][name] for name in ("time", MAX)}
    response = await client.post(PATH, json=sent)
    assert response.status_code == 422
    assert response.json()["type"] == "urn:climate:problem:not-enough-history"


async def test_unknown_site_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.post(PATH, json=body() | {"site": "atlantis"})).status_code == 404


async def test_batch_answers_each_in_order(client: httpx.AsyncClient) -> None:
    requests = [body(variables=[name]) for name in FORECAST_VARIABLES]
    answers = (await client.post(f"{PATH}/batch", json={"requests": requests})).json()["answers"]
    assert [list(one["models"]) for one in answers] == [[name] for name in FORECAST_VARIABLES]


async def test_batch_says_which_of_its_requests_is_refused(client: httpx.AsyncClient) -> None:
    requests = [body(days=30), broken("impossible value")]
    response = await client.post(f"{PATH}/batch", json={"requests": requests})
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == f"requests.1.daily.{MAX}.17"


async def test_batch_has_a_limit(client: httpx.AsyncClient) -> None:
    requests = [body(days=2)] * (MOST_TOGETHER + 1)
    response = await client.post(f"{PATH}/batch", json={"requests": requests})
    assert response.status_code == 422
    assert str(MOST_TOGETHER) in response.text


async def test_previous_champion_is_named_while_the_champion_is_refused(
    client: httpx.AsyncClient, world: World
) -> None:
    world.artifacts.error = ConnectionError("MLflow is away")
    world.promote(MAX, 20, constant=3.0)
    world.reconcile()
    answer = (await client.post(PATH, json=body())).json()
    assert answer["models"][MAX]["served_by"] == "previous_champion"
