"""The record and the models: pages newest first, filters, lineage."""

from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from api.answers.record import LoggedEvent
from shared.contracts.events import Event, EventType, ObservationsCollected
from shared.contracts.sites import SiteState
from shared.forecasting.variables import Variable
from tests.unit.api.world import LAST_DATE, NOW, SITE, World, decision, review

pytestmark = pytest.mark.anyio


def logged(position: int) -> LoggedEvent:
    """Return an event of the log."""
    fact = ObservationsCollected(
        site_id="marrakech", first_date=LAST_DATE, last_date=LAST_DATE, days_changed=1
    )
    event = Event.of(fact, time=NOW, correlation_id=uuid4())
    return LoggedEvent(position=position, **event.model_dump())


async def all_pages(client: httpx.AsyncClient, url: str, name: str) -> list[dict[str, object]]:
    """Follow `next` to the end."""
    found: list[dict[str, object]] = []
    following: str | None = url
    while following is not None:
        page = (await client.get(following)).json()
        found += page[name]
        following = page["next"]
    return found


async def test_events_are_paged_to_the_end_without_a_gap_or_a_repeat(
    world: World, client: httpx.AsyncClient
) -> None:
    world.record.logged = [logged(position) for position in range(25, 0, -1)]
    found = await all_pages(client, "/api/v1/events?limit=10&site=marrakech", "events")
    assert [event["position"] for event in found] == list(range(25, 0, -1))
    assert found[0]["specversion"] == "1.0"


async def test_decisions_are_paged_and_filtered(world: World, client: httpx.AsyncClient) -> None:
    world.record.decided = [
        decision(variable, "reject", "Worse.", hours_ago=hours)
        for hours in range(1, 6)
        for variable in (Variable.TEMPERATURE_MAX, Variable.PRECIPITATION)
    ]
    url = "/api/v1/decisions?limit=2&variable=precipitation_sum"
    found = await all_pages(client, url, "decisions")
    assert len(found) == 5
    assert {one["variable"] for one in found} == {"precipitation_sum"}


async def test_reviews_are_paged_by_whole_days(world: World, client: httpx.AsyncClient) -> None:
    both = (Variable.TEMPERATURE_MAX, Variable.PRECIPITATION)
    world.record.reviewed = [review(name, days_ago=days) for days in range(1, 6) for name in both]
    page = (await client.get("/api/v1/reviews?limit=3")).json()
    assert len(page["reviews"]) == 4  # of two days
    found = await all_pages(client, "/api/v1/reviews?limit=3", "reviews")
    assert [one["review_id"] for one in found] == [
        str(one.review_id) for one in world.record.reviewed
    ]
    assert found[0]["outcome"] == "fine"


async def test_events_of_a_type(world: World, client: httpx.AsyncClient) -> None:
    world.record.logged = [logged(1)]
    promoted = await client.get(f"/api/v1/events?type={EventType.MODEL_PROMOTED}")
    assert promoted.json() == {"events": [], "next": None}


@pytest.mark.parametrize("url", ["/api/v1/decisions", "/api/v1/reviews", "/api/v1/events"])
async def test_record_of_an_unknown_site_is_not_an_empty_page(
    client: httpx.AsyncClient, url: str
) -> None:
    assert (await client.get(f"{url}?site=atlantis%00")).status_code == 404


async def test_sites_say_how_far_their_observations_reach(client: httpx.AsyncClient) -> None:
    (site,) = (await client.get("/api/v1/sites")).json()
    assert (site["site"], site["last_date"], site["has_forecast"]) == (
        "marrakech",
        LAST_DATE.isoformat(),
        True,
    )


async def test_models_list_the_champions_with_their_metrics(client: httpx.AsyncClient) -> None:
    models = (await client.get("/api/v1/models")).json()
    assert len(models) == 5
    assert models[0]["metrics"]["skill_vs_persistence"] == 0.31
    assert models[0]["served"]["served_by"] == "champion"


async def test_model_card_goes_down_to_data_and_code(
    world: World, client: httpx.AsyncClient
) -> None:
    card = (await client.get("/api/v1/models/marrakech/temperature_2m_max")).json()
    history = world.source.histories["marrakech"]
    assert card["lineage"]["data_hash"] == history.content_hash()
    assert card["lineage"]["git_commit"] == "test"
    assert card["lineage"]["features"][0] == "own_lag_0"


async def test_variable_that_is_not_forecast_has_no_model(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v1/models/marrakech/surface_pressure_mean")
    assert response.status_code == 404
    assert "observed but not forecast" in response.json()["detail"]


async def test_paused_site_is_listed_with_its_state(
    world: World, client: httpx.AsyncClient
) -> None:
    world.source.sites = (replace(SITE, state=SiteState.PAUSED),)
    world.reconcile()
    (site,) = (await client.get("/api/v1/sites")).json()
    assert site["state"] == "paused"
