"""The whole cycle as processes: import, train, gate, promote, reload, forecast, train again."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from shared.adapters.tables import candidates, contenders, decisions, jobs, promotions
from shared.contracts.jobs import JobKind
from shared.forecasting.families import Family
from shared.forecasting.variables import FORECAST_VARIABLES, LEAD_DAYS, TEMPERATURES
from tests.e2e.conftest import Observed
from tests.support.database import SITE_ID
from tests.support.stack import NativeStack, eventually

pytestmark = pytest.mark.slow


def trainings(stack: NativeStack) -> set[UUID]:
    """Return the trainings so far: the one asked for, and maybe one the trainer began by itself."""
    return {
        row.job_id for row in stack.rows(select(jobs.c.job_id).where(jobs.c.kind == JobKind.TRAIN))
    }


def forecast_by_champions(stack: NativeStack) -> dict[str, object] | None:
    """Return the forecast once the API serves every champion there is, else None."""
    promoted = {row.variable for row in stack.rows(select(promotions.c.variable))}
    answer = stack.get("/api/v1/forecast", site=SITE_ID)
    if answer.status_code != httpx.codes.OK:
        return None
    body: dict[str, object] = answer.json()
    models = body["models"]
    assert isinstance(models, dict)
    served = {name for name, model in models.items() if model["served_by"] == "champion"}
    return body if served == promoted else None


@pytest.fixture(scope="module")
def forecast(trained: NativeStack) -> dict[str, object]:
    # The stream tells within a second; the timer that heals a lost hint runs every five.
    return eventually(
        lambda: forecast_by_champions(trained), what="serving the champions", within=30
    )


def test_three_families_compete_for_every_variable(trained: NativeStack) -> None:
    rows = trained.rows(
        select(contenders.c.training_id, contenders.c.variable, contenders.c.family)
    )
    assert Counter((row.training_id, row.variable, row.family) for row in rows) == Counter(
        (training_id, variable, family)
        for training_id in trainings(trained)
        for variable in FORECAST_VARIABLES
        for family in Family
    )


def test_temperatures_are_promoted_with_their_evidence(trained: NativeStack) -> None:
    rows = trained.rows(select(decisions).where(decisions.c.outcome == "promote"))
    decided = {row.variable: row for row in rows}
    assert set(TEMPERATURES) <= set(decided)
    for variable in TEMPERATURES:
        findings = {found["criterion"]: found for found in decided[variable].criteria}
        assert findings["r2"]["observed"] >= 0.7
        assert findings["skill_vs_climatology"]["observed"] > 0
        assert findings["skill_vs_persistence"]["observed"] > 0


def test_every_candidate_is_decided_about(trained: NativeStack) -> None:
    registered = {row.candidate_id for row in trained.rows(select(candidates.c.candidate_id))}
    decided = {row.candidate_id for row in trained.rows(select(decisions.c.candidate_id))}
    assert len(registered) == len(FORECAST_VARIABLES) * len(trainings(trained))
    assert decided == registered


def test_forecast_is_of_the_seven_days_after_the_last_observation(
    forecast: dict[str, object], observed: Observed
) -> None:
    daily = forecast["daily"]
    assert isinstance(daily, dict)
    reference = date.fromisoformat(str(forecast["reference_time"]))
    if observed.last_date is not None:
        assert reference == observed.last_date
    assert daily["time"] == [(reference + timedelta(days=lead)).isoformat() for lead in LEAD_DAYS]


def test_forecast_holds_five_variables_with_nested_intervals(forecast: dict[str, object]) -> None:
    daily = forecast["daily"]
    assert isinstance(daily, dict)
    for variable in FORECAST_VARIABLES:
        names = [f"{variable}{end}" for end in ("_lower_95", "_lower_80", "_upper_80", "_upper_95")]
        for bounds in zip(*(daily[name] for name in names), strict=True):
            assert list(bounds) == sorted(bounds)
        assert len(daily[variable]) == len(LEAD_DAYS)


def test_forecast_says_what_it_is_made_of(forecast: dict[str, object], observed: Observed) -> None:
    assert forecast["provenance"] == observed.provenance
    models = forecast["models"]
    assert isinstance(models, dict)
    for variable in TEMPERATURES:
        assert models[variable]["served_by"] == "champion"
        assert models[variable]["model_version"]


def test_forecast_from_old_observations_is_marked_stale(
    forecast: dict[str, object], observed: Observed
) -> None:
    if observed.last_date is None:
        pytest.skip("simulated observations are never old")
    assert forecast["stale"] is True
    age = datetime.now(UTC).date() - observed.last_date
    assert abs(int(str(forecast["stale_days"])) - age.days) <= 2


def test_mlflow_mirrors_the_champions(trained: NativeStack) -> None:
    variable = TEMPERATURES[0]

    def aliased() -> str | None:
        answer = httpx.get(
            f"{trained.url('mlflow')}/api/2.0/mlflow/registered-models/alias",
            params={"name": f"{SITE_ID}.{variable}", "alias": "champion"},
            timeout=30,
        )
        return answer.json()["model_version"]["version"] if answer.is_success else None

    (champion,) = trained.rows(
        select(candidates.c.mlflow_version)
        .join(promotions, promotions.c.candidate_id == candidates.c.candidate_id)
        .where(promotions.c.variable == variable)
    )
    version = eventually(aliased, what="the alias", within=30)
    assert version == champion.mlflow_version


def test_training_again_is_recorded_either_way_and_serves_on(
    trained: NativeStack, forecast: dict[str, object]
) -> None:
    before = trained.rows(select(decisions.c.decision_id))
    trained.climate("train", SITE_ID, "--wait", timeout=600)
    rows = trained.rows(select(decisions).order_by(decisions.c.decided_at))
    assert len(rows) == len(before) + len(FORECAST_VARIABLES)
    # The same observations give the same models: nothing is proven better, nothing is promoted.
    compared = [row for row in rows[len(before) :] if row.champion_candidate_id is not None]
    assert {row.variable for row in compared} >= set(TEMPERATURES)
    assert {row.outcome for row in compared} <= {"reject", "inconclusive"}
    again = trained.get("/api/v1/forecast", site=SITE_ID).json()
    if again["reference_time"] == forecast["reference_time"]:  # else a day was observed meanwhile
        assert again["daily"] == forecast["daily"]


def test_ledger_ends_with_nothing_left_to_do(trained: NativeStack) -> None:
    unfinished = trained.rows(
        select(jobs).where(jobs.c.state != "done", jobs.c.kind != JobKind.COLLECT)
    )
    assert unfinished == []
