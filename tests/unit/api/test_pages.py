"""The pages beside the forecast: what came, what happened, what is at work."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy.exc import OperationalError

from api.answers.chronicle import Backlog, LastRun, Task, Work
from api.answers.problems import RecordUnavailable
from api.answers.record import LoggedEvent
from shared.contracts.events import CandidateRegistered, Event, EventData, ModelRolledBack
from shared.contracts.jobs import JobKind
from shared.contracts.queues import Service
from shared.forecasting.arrays import FloatArray
from shared.forecasting.families import Family
from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from shared.forecasting.verification import ScoredForecasts, Verified
from tests.unit.api.pages import page_of
from tests.unit.api.world import LAST_DATE, NOW, World, decision

pytestmark = pytest.mark.anyio

MAXIMUM = Variable.TEMPERATURE_MAX


def scored(value: FloatArray) -> ScoredForecasts:
    """Return forecasts of which the first day's interval held what came, and no other's."""
    inside = np.zeros_like(value)
    inside[0] = 1.0
    return ScoredForecasts(value, np.abs(value), inside, inside, np.full_like(value, np.nan))


def turnout(variable: Variable = MAXIMUM) -> Verified:
    """Return two days: the champion was off by 1 and 3 at every lead, climatology by 2 and 2."""
    observed = np.array([20.0, 24.0])
    off = np.array([[1.0], [-3.0]]) * np.ones(7)
    return Verified(
        variable,
        np.array([LAST_DATE - timedelta(days=1), LAST_DATE], "datetime64[D]"),
        observed,
        np.array([True, True]),
        {
            "champion": scored(observed[:, np.newaxis] + off),
            "climatology": scored(observed[:, np.newaxis] + 2.0 * np.ones((2, 7))),
        },
    )


def logged(position: int, fact: EventData, chain: UUID) -> LoggedEvent:
    """Return an event of the log."""
    event = Event.of(fact, time=NOW - timedelta(hours=position), correlation_id=chain)
    return LoggedEvent(position=position, **event.model_dump())


async def test_what_came_is_told_in_a_sentence_a_chart_and_two_tables(world: World) -> None:
    world.chronicle.turnout[MAXIMUM] = turnout()
    page = await page_of(world, "/dashboard/verification")
    # |+1| and |-3|: 2.0 on average.
    assert "On 2 checked days the forecast for the next day was off by 2.0 °C on" in page.text
    assert "Sunday, 22 November 2026 21.0 24.0 \N{MINUS SIGN}3.0 no" in page.text
    assert "Saturday, 21 November 2026 21.0 20.0 1.0 yes" in page.text
    assert page.count("tr", class_="champion") == page.count("tr", class_="climatology") == 1


async def test_before_anything_is_verified_the_page_says_when_it_will_be(world: World) -> None:
    page = await page_of(world, "/dashboard/verification?variable=precipitation_sum")
    assert "No forecast has been checked yet." in page.text
    assert "the first one tomorrow" in page.text


async def test_history_tells_trainings_decisions_and_rollbacks_newest_first(world: World) -> None:
    training = uuid4()
    world.record.decided = [decision(MAXIMUM, "reject", "No better.", hours_ago=2)]
    registered = [
        CandidateRegistered(
            site_id="marrakech",
            variable=variable,
            candidate_id=uuid4(),
            family=Family.RANDOM_FOREST,
        )
        for variable in (MAXIMUM, Variable.PRECIPITATION)
    ]
    rolled_back = ModelRolledBack(
        site_id="marrakech",
        variable=MAXIMUM,
        candidate_id=uuid4(),
        rolled_back_candidate_id=uuid4(),
        epoch=9,
        asked_by="review",
        reason="Worse for 10 days.",
    )
    world.record.logged = [
        logged(1, rolled_back, uuid4()),
        *(logged(3, fact, training) for fact in registered),
    ]
    page = await page_of(world, "/dashboard/history")
    assert page.text.count("trained Maximum temperature, Precipitation") == 1
    told = ("rolled back Maximum temperature asked for by review", "rejected", "trained")
    places = [page.text.index(words) for words in told]
    assert places == sorted(places)
    assert "Worse for 10 days." in page.text


async def test_pipeline_tells_queues_workers_last_runs_and_what_is_due(world: World) -> None:
    world.chronicle.at_work = Work(
        backlogs=[Backlog(Service.TRAINER, queued=12, running=1)],
        running=[Task(JobKind.TRAIN, "fes", "", "running", "w-1", "fold 3", 1, NOW)],
        dead=[Task(JobKind.GATE, "fes", "", "dead", None, "no such file", 9, NOW)],
        last_runs=[LastRun(JobKind.COLLECT, "fes", NOW, timedelta(seconds=3))],
        trained_on=date(2026, 11, 20),
    )
    page = await page_of(world, "/dashboard/pipeline")
    for words in (
        "1 piece of work is under way.",
        "Trainer trainer 12 1 0",
        "Training fes fold 3 w-1",
        "no such file",
        "climate jobs retry sends them again.",
        "Newest days fes just now 3 seconds",
        "27 Nov 2026, 00:00 UTC",
    ):
        assert words in page.text


async def test_model_card_tells_what_the_model_is_made_of(world: World) -> None:
    page = await page_of(world, f"/dashboard/models/{MAXIMUM}")
    assert "Linear regression, version 1, trained on days up to 21 Nov 2026." in page.text
    assert "Training cases 3" in page.text


async def test_models_of_every_variable_have_a_card(world: World) -> None:
    page = await page_of(world, "/dashboard/models")
    for variable in FORECAST_VARIABLES:
        assert page.count("a", href=f"/dashboard/models/{variable}?site=marrakech") == 1


@pytest.mark.parametrize("url", ["verification", "history", "data"])
async def test_page_that_is_all_record_waits_for_the_database(world: World, url: str) -> None:
    world.record.error = OperationalError("select", {}, Exception("down"))
    world.chronicle.error = RecordUnavailable()
    page = await page_of(world, f"/dashboard/{url}")
    assert "The database does not answer" in page.text
    assert page.count("main", data_again_seconds="5") == 1


@pytest.mark.parametrize("url", ["pipeline", "models/temperature_2m_max", "places"])
async def test_page_that_knows_more_shows_it_without_the_database(world: World, url: str) -> None:
    world.record.error = OperationalError("select", {}, Exception("down"))
    world.chronicle.error = RecordUnavailable()
    page = await page_of(world, f"/dashboard/{url}")
    assert page.count("main", data_again_seconds="5") == 0


async def test_variable_that_is_not_forecast_has_no_page(world: World) -> None:
    page = await page_of(world, "/dashboard/models/relative_humidity_2m_mean")
    assert "There is nothing here" in page.text
