"""`climate verify` and `reviews` on a real database: what came, beside whom, and what followed."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from local.command import climate, verifying
from local.stack.running import Stack
from shared.adapters.database import SessionFactory
from shared.contracts.issuers import Issuer
from shared.errors import SiteUnknown
from shared.forecasting.variables import Variable
from tests.integration.registry_gate.test_review import START, VARIABLE, WEATHER, live, promote
from tests.support.database import SITE_ID
from tests.support.verifying import DailyRound


@pytest.fixture(autouse=True)
def _stack(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the commands on the test's database, on the day after the weather ends."""
    running = SimpleNamespace(database_url=database_url)
    monkeypatch.setattr(Stack, "running_at", lambda _home: running)
    monkeypatch.setattr(verifying, "_today", lambda: WEATHER.last_date + timedelta(days=1))


@pytest.fixture
def _lived(sessions: SessionFactory) -> None:
    """Live through a few days with a champion."""
    daily = DailyRound(sessions, WEATHER)
    daily.observe(WEATHER.first_date, START - timedelta(days=1))
    promote(daily, run=0)
    live(daily, START, 4)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(climate, arguments, env={"COLUMNS": "200"})


@pytest.mark.usefixtures("_lived")
def test_champion_stands_beside_the_references_with_all_its_scores() -> None:
    told = json.loads(run("verify", "--json", "-v", VARIABLE).stdout)
    (champion,) = [one for one in told[VARIABLE] if one["issuer"] == Issuer.CHAMPION]
    assert {one["issuer"] for one in told[VARIABLE]} > {"champion", "damped_persistence"}
    pooled = champion["pooled"]
    assert pooled["days"] == 3
    assert pooled["crps"] > 0.0
    assert pooled["coverage_80"]["lowest"] < 0.8 < pooled["coverage_80"]["highest"]
    assert set(pooled["skill"]) == {"climatology", "persistence", "damped_persistence"}
    assert {"flip_flop", "reliability"} <= champion.keys()


@pytest.mark.usefixtures("_lived")
def test_person_reads_a_line_an_issuer_and_rain_by_its_brier_score() -> None:
    table = run("verify").stdout
    assert "champion" in table
    assert "damped persistence" in table
    rain = json.loads(run("verify", "--json", "-v", Variable.PRECIPITATION).stdout)
    assert all(one["pooled"]["brier"] is not None for one in rain[Variable.PRECIPITATION])
    assert all(one["reliability"] for one in rain[Variable.PRECIPITATION])


@pytest.mark.usefixtures("_lived")
def test_reviews_are_listed_newest_first_with_their_reason() -> None:
    told = json.loads(run("reviews", "--json", "--site", SITE_ID).stdout)
    assert [one["outcome"] for one in told] == ["fine"] * len(told)
    days = [one["review_date"] for one in told]
    assert days == sorted(days, reverse=True)
    assert "verified" in run("reviews").stdout


def test_before_anything_was_verified_that_is_said(sessions: SessionFactory) -> None:
    assert sessions is not None
    assert "No forecast has been verified yet." in run("verify").stdout
    assert "No champion has been reviewed yet." in run("reviews").stdout


@pytest.mark.parametrize("command", ["verify", "reviews"])
def test_site_that_does_not_exist_is_said_to(sessions: SessionFactory, command: str) -> None:
    assert sessions is not None
    assert isinstance(run(command, "--site", "atlantis").exception, SiteUnknown)
