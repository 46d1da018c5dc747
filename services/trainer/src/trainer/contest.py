"""The contest: the best contender for each variable is registered and waits for the gate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from shared.adapters.database import SessionFactory
from shared.adapters.ledger import Job
from shared.adapters.outbox import record_event
from shared.adapters.runner import Effect
from shared.contracts.events import CandidateRegistered
from shared.errors import ClimateError
from shared.forecasting.variables import Variable
from trainer.ports import Tracker
from trainer.record.store import Entrant, Winner, add_candidate, contests
from trainer.selection import Weights, rank


@dataclass(frozen=True)
class Contest:
    """Lets the families of a training compete."""

    sessions: SessionFactory
    tracker: Tracker
    weights: Weights

    def select(self, job: Job) -> Effect:
        """Do a select job."""
        training_id = job.parent_id
        if training_id is None:
            raise ClimateError(f"The select job {job.job_id} belongs to no training.")
        with self.sessions() as session:
            entered = contests(session, training_id)
        winners = self._winners(job.site_id, entered)
        self.tracker.close_training(job.site_id, training_id)

        def effect(session: Session) -> None:
            for winner in winners:
                _register(session, job, training_id, winner)

        return effect

    def _winners(self, site_id: str, entered: Mapping[Variable, Sequence[Entrant]]) -> list[Winner]:
        winners = []
        for variable, entrants in entered.items():
            ranking = rank([entrant.entry for entrant in entrants], self.weights)
            by_family = {entrant.entry.family: entrant for entrant in entrants}
            best = by_family[ranking[0].family]
            tags = {"climate.family": ranking[0].family, "climate.score": f"{ranking[0].score:.4f}"}
            model, version = self.tracker.register_winner(site_id, variable, best.run, tags)
            winners.append(Winner(variable, best, ranking, model, version))
        return winners


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
