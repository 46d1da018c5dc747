"""What `climate train --wait` tells of a training that has come to decisions."""

from datetime import date

from rich.console import Console
from sqlalchemy import update

from local.command.contests import contest_table, contests_of
from shared.adapters.database import SessionFactory
from shared.adapters.tables import candidates
from shared.forecasting.variables import Variable
from tests.support.models import make_artifact, make_cases
from tests.support.trainings import add_candidate, add_training
from tests.support.weather import made_up_history

HISTORY = made_up_history(days=500)
MAXIMUM = Variable.TEMPERATURE_MAX
RANKING = [{"family": "linear-regression", "score": 0.5, "wins": 0.6}]


def test_winner_of_each_contest_is_told_with_how_sure_it_is(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        training = add_training(session, logical_date=date(2026, 11, 22))
        add_candidate(
            session,
            training_id=training,
            variable=MAXIMUM,
            artifact_sha256=make_artifact(HISTORY, MAXIMUM).sha256,
            cases=make_cases(HISTORY, MAXIMUM, days=200),
            train_cutoff=date(2026, 11, 15),
        )
        session.execute(update(candidates).values(contest=RANKING))
        (contest,) = contests_of(session, training)
    assert contest["family"] == "linear-regression"
    assert contest["outcome"] is None
    console = Console(width=160)
    with console.capture() as shown:
        console.print(contest_table([contest]))
    assert "maximum temperature" in shown.get()
    assert "60%, a tie" in shown.get()


def test_training_without_a_model_is_told_so(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        training = add_training(session, logical_date=date(2026, 11, 22))
        assert contests_of(session, training) == []
    assert contest_table([]) == "No family made a model of any variable."
