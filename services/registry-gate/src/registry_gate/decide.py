"""The use case: decide about every candidate of a training, with evidence, all or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry_gate.evidence import Dossier, undecided
from registry_gate.examination import Examine, examine, inputs_for
from registry_gate.judging import judge
from registry_gate.ledger import Approval, Decided, Decision, write
from registry_gate.ports import Artifacts
from registry_gate.terms import Evidence, Judgement, Outcome, Thresholds
from shared.adapters.chain import lock_ledger
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import Job, get_job, plan_job
from shared.adapters.promotions import current_champion
from shared.adapters.runner import Effect, no_effect
from shared.adapters.tables import candidates, decisions
from shared.contracts.jobs import JobKind
from shared.errors import ClimateError

#: What follows from evidence.
Judge = Callable[[Evidence, Thresholds], Judgement]


class ChampionChanged(ClimateError):
    """Another decision changed the champion while this one was made: it is made again."""


@dataclass(frozen=True)
class Gate:
    """Decides about candidates.

    Attributes
    ----------
    sessions : SessionFactory
        Transactions on the system's database.
    artifacts : Artifacts
        Where the candidates' artifacts are.
    thresholds : Thresholds
        What a candidate must reach.
    approval : Approval
        Whether what passes is promoted, or proposed to a person.
    judge : Judge
        The criteria; a replay compares them with simpler rules on the same evidence.
    examine : Examine
        Tries artifacts out; a replay tries one that several policies share once.
    """

    sessions: SessionFactory
    artifacts: Artifacts
    thresholds: Thresholds
    approval: Approval = Approval.AUTOMATIC
    judge: Judge = judge
    examine: Examine = examine

    def decide(self, job: Job) -> Effect:
        """Judge the candidates of the training a gate job names; the effect records it all."""
        with self.sessions.begin() as session:
            dossiers = undecided(session, UUID(job.parameters["training_id"]))
            if not dossiers:
                return no_effect
            known = inputs_for(session, dossiers)
        judged = []
        for dossier in dossiers:
            job.report(f"judging {dossier.variable}")
            evidence = dossier.evidence(self.examine(self.artifacts, dossier, known))
            judged.append((dossier, self.judge(evidence, self.thresholds)))
        return lambda session: record(session, job, judged, self.approval)


def plan_due_decisions(session: Session) -> None:
    """Plan a gate job for every training that has candidates without a decision."""
    waiting = session.execute(
        select(candidates.c.training_id)
        .distinct()
        .outerjoin(decisions, decisions.c.candidate_id == candidates.c.candidate_id)
        .where(decisions.c.decision_id.is_(None))
    ).scalars()
    for training_id in waiting:
        training = get_job(session, training_id)
        plan_job(
            session,
            kind=JobKind.GATE,
            site_id=training.site_id,
            logical_date=training.logical_date,
            run=training.run,
            parent=training,
            parameters={"training_id": str(training_id)},
        )


def record(
    session: Session,
    job: Job,
    judged: Sequence[tuple[Dossier, Judgement]],
    approval: Approval = Approval.AUTOMATIC,
) -> None:
    """Write decisions, promotions and their events, all or nothing.

    Raises
    ------
    ChampionChanged
        The evidence is against a champion that is no longer one; nothing is written.
    """
    lock_ledger(session)
    for dossier, judgement in judged:
        _see_that_it_stands(session, dossier)
        outcome, reason = _concluded(judgement, approval)
        write(
            session,
            Decision(
                kind="judgement",
                candidate_id=dossier.candidate_id,
                site_id=dossier.site_id,
                variable=dossier.variable,
                champion_id=dossier.champion_id,
                outcome=outcome,
                reason=reason,
                criteria=[finding.as_json() for finding in judgement.findings],
                job=job,
            ),
        )


def _see_that_it_stands(session: Session, dossier: Dossier) -> None:
    champion = current_champion(session, dossier.site_id, dossier.variable)
    if (champion.candidate_id if champion else None) != dossier.champion_id:
        message = f"The champion of {dossier.site_id}/{dossier.variable} changed; judging again."
        raise ChampionChanged(message)


def _concluded(judgement: Judgement, approval: Approval) -> tuple[Decided, str]:
    """Return what is decided and why: what a person has to approve is proposed, not promoted."""
    if judgement.outcome is Outcome.PROMOTE and approval is Approval.MANUAL:
        return "propose", judgement.reason.replace("Promoted", "Proposed", 1)
    return judgement.outcome.value, judgement.reason
