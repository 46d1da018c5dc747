"""Plain words: what is said of a day, an age, a step of the system."""

import doctest
import importlib
from datetime import date, timedelta

import pytest

from api.dashboard.language import LANGUAGES
from api.dashboard.pages.steps import StepState, steps
from api.dashboard.pages.words import rain_words, unusual, wind_words
from tests.unit.api.world import NOW, World, job

ENGLISH = LANGUAGES["en"]
MODULES_WITH_EXAMPLES = (
    "api.answers.places",
    "api.dashboard.chart.scale",
    "api.serving.freshness",
)


@pytest.mark.parametrize("name", MODULES_WITH_EXAMPLES)
def test_examples_in_the_documentation_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0


def test_near_days_have_names() -> None:
    today = date(2026, 11, 23)
    names = [ENGLISH.day_name(today + timedelta(days=n), today=today) for n in range(3)]
    assert names == ["Today", "Tomorrow", "Wednesday"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (61, "1 minute ago"), (7200, "2 hours ago"), (90_000, "1 day ago")],
)
def test_age_is_told_in_the_largest_whole_unit(seconds: int, words: str) -> None:
    assert ENGLISH.ago(NOW - timedelta(seconds=seconds), now=NOW) == words


def test_moment_slightly_ahead_of_our_clock_is_just_now() -> None:
    assert ENGLISH.ago(NOW + timedelta(seconds=3), now=NOW) == "just now"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "now"), (30, "in a moment"), (119, "in 1 minute"), (7300, "in 2 hours")],
)
def test_time_left_is_told_in_the_largest_whole_unit(seconds: int, words: str) -> None:
    assert ENGLISH.until(NOW + timedelta(seconds=seconds), now=NOW) == words


@pytest.mark.parametrize(
    ("chance", "words"), [(0.0, "Dry"), (0.29, "Probably dry"), (0.6, "Rain likely"), (1.0, "Rain")]
)
def test_chance_of_rain_in_words(chance: float, words: str) -> None:
    assert ENGLISH.say(rain_words(chance)) == words


@pytest.mark.parametrize(
    # Beaufort 0-2, 3-4 and 12 by WMO-No. 8.
    ("speed_kmh", "words"),
    [(3.0, "light wind"), (20.0, "moderate wind"), (120.0, "storm")],
)
def test_wind_in_words(speed_kmh: float, words: str) -> None:
    assert ENGLISH.say(wind_words(speed_kmh)) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (24.6, "3° warmer than usual"),
        (21.0, "about as usual"),
        (19.0, "2° colder than usual"),
    ],
)
def test_temperature_beside_the_season_in_words(value: float, words: str) -> None:
    assert unusual(value, 21.3, ENGLISH) == words


def steps_of(world: World, *jobs: tuple[str, str, dict[str, object]]) -> dict[str, tuple[str, str]]:
    """Return state and text of each step for some jobs, by the name of its phrase."""
    ledger = [job(kind, state, **values) for kind, state, values in jobs]
    found = steps(ledger, world.state.snapshot.sites["marrakech"], ENGLISH, NOW)
    return {step.name: (step.state, step.text) for step in found}


def test_training_is_at_work_while_one_family_is(world: World) -> None:
    found = steps_of(
        world,
        ("collect", "done", {}),
        ("train", "done", {}),
        ("fit-linear-regression", "done", {}),
        ("fit-random-forest", "running", {"progress": "trial 7 of 20"}),
        ("fit-gradient-boosting", "queued", {}),
    )
    assert found["step.collect"] == (StepState.DONE, "1 minute ago")
    assert found["step.train"] == (StepState.WORKING, "Random forest: trial 7 of 20")
    assert found["step.gate"] == (StepState.WAITING, "not yet")


def test_step_that_has_failed_for_good_says_why(world: World) -> None:
    found = steps_of(world, ("collect", "dead", {"attempts": 5, "last_error": "no such host"}))
    state, text = found["step.collect"]
    assert state is StepState.FAILED
    assert text == "given up after 5 attempts: no such host"


def test_step_that_tries_again_says_when(world: World) -> None:
    later = {"last_error": "HTTP 502", "not_before": NOW + timedelta(seconds=140)}
    state, text = steps_of(world, ("collect", "queued", later))["step.collect"]
    assert state is StepState.WAITING
    assert text == "tries again in 2 minutes, after: HTTP 502"


def test_serving_tells_how_many_variables_have_a_champion(world: World) -> None:
    assert steps_of(world)["step.serve"] == (StepState.DONE, "champions for 5 of 5 variables")
