"""A small recorded run for the tests of the report: seven weeks of one site, on a real database.

Forecasts are issued and verified by the gate's own code; what takes weeks to come about by itself
(decisions, a champion taken back, a review) is written as the gate writes it.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from local.report import Injection, Record, read_record
from shared.adapters.database import SessionFactory
from shared.adapters.tables import decisions, promotions
from shared.adapters.verification_tables import reviews
from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from tests.support.database import SITE_ID, sessions_on
from tests.support.models import make_artifact, make_cases
from tests.support.trainings import add_candidate, add_training
from tests.support.verifying import DailyRound
from tests.support.weather import made_up_history

WEATHER = made_up_history()
DAYS = 49
_RETRAINED_AFTER, _TAKEN_BACK_AFTER = 14, 28  # days
START = WEATHER.last_date - timedelta(days=DAYS - 1)
TAKEN_BACK = START + timedelta(days=_TAKEN_BACK_AFTER)
#: What a text of the record would have to do to a page that does not escape it.
HOSTILE = "<script>document.title = 'taken over'</script> & more"
INJECTIONS = (
    Injection("the maximum read 2 °C too warm", START + timedelta(days=_RETRAINED_AFTER)),
)


@dataclass
class Run:
    """Writes seven weeks into a database; where nothing retrains, there is no second champion."""

    sessions: SessionFactory
    retrains: bool = True
    daily: DailyRound = field(init=False)

    def __post_init__(self) -> None:
        self.daily = DailyRound(self.sessions, WEATHER)

    def write(self) -> None:
        """Let it all happen."""
        self.daily.observe(WEATHER.first_date, START - timedelta(days=1))
        first = self._train(START, constant=0.4)
        self.daily.days(START, _RETRAINED_AFTER)
        again = START + timedelta(days=_RETRAINED_AFTER)
        if self.retrains:
            self._train(again, constant=0.0)
        self.daily.days(again, _TAKEN_BACK_AFTER - _RETRAINED_AFTER)
        if self.retrains:
            self._take_back(first[Variable.WIND_SPEED_MAX])
            self.daily.days(TAKEN_BACK, DAYS - _TAKEN_BACK_AFTER)

    def _train(self, day: date, *, constant: float) -> dict[Variable, UUID]:
        history = WEATHER.until(day - timedelta(days=1))
        with self.sessions.begin() as session:
            training = add_training(session, logical_date=day)
            found = {}
            for variable in FORECAST_VARIABLES:
                digest = self.daily.artifacts.add(
                    make_artifact(history, variable, constant=constant)
                )
                found[variable] = add_candidate(
                    session,
                    training_id=training,
                    variable=variable,
                    artifact_sha256=digest,
                    cases=make_cases(history, variable),
                    train_cutoff=day,
                )
                refused = day > START and variable is Variable.PRECIPITATION
                outcome = "inconclusive" if refused else "promote"
                reason = HOSTILE if refused else "Better than the champion by 4.1 %, p = 0.02."
                _decide(session, day, variable, found[variable], outcome, reason)
        return found

    def _take_back(self, candidate_id: UUID) -> None:
        variable, reason = Variable.WIND_SPEED_MAX, "Worse than the one before for 10 days."
        with self.sessions.begin() as session:
            _decide(session, TAKEN_BACK, variable, candidate_id, "roll_back", reason)
            session.execute(
                insert(reviews).values(
                    site_id=SITE_ID,
                    variable=Variable.TEMPERATURE_MAX,
                    review_date=TAKEN_BACK,
                    candidate_id=candidate_id,
                    epoch=1,
                    outcome="retrain",
                    reason="Observations and forecasts moved apart by 2.0 °C.",
                    evidence={},
                )
            )


def _decide(
    session: Session, day: date, variable: Variable, candidate: UUID, outcome: str, reason: str
) -> None:
    at = datetime.combine(day, time(12), UTC)
    is_back = outcome == "roll_back"
    about: dict[str, Any] = {"site_id": SITE_ID, "variable": variable, "candidate_id": candidate}
    decided = {"outcome": outcome, "reason": reason, "decided_at": at}
    kind = {"kind": "rollback" if is_back else "judgement"}
    statement = insert(decisions).values(about | decided | kind).returning(decisions.c.decision_id)
    decision_id: UUID = session.execute(statement).scalar_one()
    if outcome in {"promote", "roll_back"}:
        promoted = {"kind": "rollback" if is_back else "promote", "promoted_at": at}
        session.execute(insert(promotions).values(about | promoted | {"decision_id": decision_id}))


def recorded(database_url: str, *, policy: str = "gate") -> Record:
    """Let it happen on a migrated database and return the record; `never` ends after four weeks."""
    with sessions_on(database_url) as sessions:
        Run(sessions, retrains=policy != "never").write()
        with sessions.begin() as session:
            return read_record(session, SITE_ID, policy=policy)
