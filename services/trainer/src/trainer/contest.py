"""The contest: the best contender for each variable is registered and waits for the gate."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from shared.adapters.database import SessionFactory
from shared.adapters.ledger import Job
from shared.adapters.outbox import record_event
from shared.adapters.runner import Effect
from shared.contracts.events import CandidateRegistered
from shared.errors import ClimateError
from shared.forecasting.variables import Variable
from trainer.ports import Tracker, TrainingSummary
from trainer.record.store import Entrant, Winner, add_candidate, contests
from trainer.selection import Score, Weights, rank
from trainer.stability import CLEAR, sampled_contest

log = structlog.get_logger()


@dataclass(frozen=True)
class Contest:
    """Lets the families of a training compete.

    Attributes
    ----------
    seed : int
        Of the samples that tell how sure a choice is.
    remove_studies : callable
        Removes what has been kept long enough on a day.
    """

    sessions: SessionFactory
    tracker: Tracker
    weights: Weights
    seed: int
    remove_studies: Callable[[date], None]

    def select(self, job: Job) -> Effect:
        """Do a select job."""
        training_id = job.parent_id
        if training_id is None:
            raise ClimateError(f"The select job {job.job_id} belongs to no training.")
        with self.sessions() as session:
            entered = contests(session, training_id)
        winners = [self._winner(job.site_id, *contest) for contest in entered.items()]
        self.tracker.close_training(job.site_id, training_id, self._summary(winners))
        self.remove_studies(job.logical_date)

        def effect(session: Session) -> None:
            for winner in winners:
                _register(session, job, training_id, winner)

        return effect

    def _winner(self, site_id: str, variable: Variable, entrants: Sequence[Entrant]) -> Winner:
        entries = [entrant.entry for entrant in entrants]
        by_family = {entrant.entry.family: entrant for entrant in entrants}
        cases = {family: entrant.cases for family, entrant in by_family.items()}
        sampled = sampled_contest(entries, cases, self.weights, seed=self.seed)
        wins, best = sampled.wins, sampled.winner
        # In the order of their scores, but the winner is ahead even of a lucky one.
        ranking = sorted(rank(entries, self.weights), key=lambda score: score.family != best)
        log.info("contest", variable=variable, winner=best, wins=wins, clear=wins[best] >= CLEAR)
        run, tags = by_family[best].run, _tags(ranking[0], wins[best])
        model, version = self.tracker.register_winner(site_id, variable, run, tags)
        return Winner(variable, by_family[best], ranking, wins, model, version)

    def _summary(self, winners: Sequence[Winner]) -> TrainingSummary:
        weights = {f"weight_{name}": value for name, value in asdict(self.weights).items()}
        metrics: dict[str, float] = {}
        tags = {}
        for winner in winners:
            score, variable = winner.ranking[0], winner.variable
            metrics[f"score_{variable}"] = score.score
            metrics[f"wins_{variable}"] = winner.wins[score.family]
            tags[f"climate.winner.{variable}"] = f"{score.family} (version {winner.version})"
        contests = {winner.variable: winner.contest for winner in winners}
        return TrainingSummary(weights | {"seed": self.seed}, metrics, tags, contests)


def _tags(score: Score, wins: float) -> dict[str, str]:
    return {
        "climate.family": score.family,
        "climate.score": f"{score.score:.4f}",
        "climate.wins": f"{wins:.2f}",
        "climate.contest": "clear" if wins >= CLEAR else "tie",
    }


def _register(session: Session, job: Job, training_id: UUID, winner: Winner) -> None:
    candidate_id = add_candidate(session, winner, site_id=job.site_id, training_id=training_id)
    if candidate_id is None:
        return
    registered = CandidateRegistered(
        site_id=job.site_id,
        variable=winner.variable,
        candidate_id=candidate_id,
        family=winner.entrant.entry.family,
    )
    record_event(session, registered, correlation_id=job.correlation_id)
