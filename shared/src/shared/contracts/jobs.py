"""The kinds of work, as one readable table: who does it, by which task, for how long.

Every unit of work is a row of the job ledger before its message is sent, so a lost message costs a
delay and never the work.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shared.contracts.queues import Service
from shared.forecasting.families import Family


class JobKind(StrEnum):
    """A kind of work; with site, logical date and run it names a unit of work."""

    COLLECT = "collect"
    BACKFILL = "backfill"
    GUIDANCE = "guidance"
    TRAIN = "train"
    FIT_LINEAR_REGRESSION = "fit-linear-regression"
    FIT_RANDOM_FOREST = "fit-random-forest"
    FIT_GRADIENT_BOOSTING = "fit-gradient-boosting"
    TUNE = "tune"  # help with the trials of a fit that takes long
    SELECT = "select"
    GATE = "gate"
    APPROVE = "approve"  # a person approves or declines what the gate has proposed
    ROLL_BACK = "roll-back"
    ISSUE = "issue"
    VERIFY = "verify"
    REVIEW = "review"


@dataclass(frozen=True)
class JobPolicy:
    """Who does a kind of work, and what happens when it goes wrong.

    Attributes
    ----------
    service : Service
        Whose queue the message goes to.
    task : str
        Name of the Celery task; its one argument is the job's id, or a list of ids.
    max_attempts : int
        After so many the job is a dead letter and waits for a human.
    retry_after : timedelta
        Pause before the second attempt; it doubles with each further one.
    most_together : int
        Jobs of this kind that travel in one message, to be done together. With one, the task is
        given the id, else a list of them.
    """

    service: Service
    task: str
    max_attempts: int
    retry_after: timedelta = timedelta(seconds=10)
    most_together: int = 1

    def pause_after(self, attempt: int) -> timedelta:
        """Return how long to wait after a failed attempt, the first of which is 1."""
        return min(self.retry_after * 2.0 ** min(attempt - 1, 20), LONGEST_RETRY)


# MLflow may be away for a day and cost no training and no decision.
_A_DAY_OF_ATTEMPTS = 60
# A family that fails for good holds up the others: let it try for an hour.
_AN_HOUR_OF_ATTEMPTS = 10
# Help that fails is not missed.
_A_FEW_ATTEMPTS = 3

# A provider can be away for days: keep asking, up to half an hour apart. Its places are asked for
# together: a hundred sites with a ring each are a call for nearly a thousand places.
_DAYS_OF_ATTEMPTS = 200
_SITES_TOGETHER = 100


def _asking(task: str) -> JobPolicy:
    return JobPolicy(
        Service.COLLECTOR,
        task,
        _DAYS_OF_ATTEMPTS,
        retry_after=timedelta(seconds=20),
        most_together=_SITES_TOGETHER,
    )


_FIT = JobPolicy(Service.TRAINER, "trainer.fit_family", _AN_HOUR_OF_ATTEMPTS)

JOBS: dict[JobKind, JobPolicy] = {
    JobKind.COLLECT: _asking("collector.collect_observations"),
    JobKind.BACKFILL: _asking("collector.backfill_observations"),
    JobKind.GUIDANCE: _asking("collector.collect_guidance"),
    JobKind.TRAIN: JobPolicy(Service.TRAINER, "trainer.start_training", _A_DAY_OF_ATTEMPTS),
    JobKind.FIT_LINEAR_REGRESSION: _FIT,
    JobKind.FIT_RANDOM_FOREST: _FIT,
    JobKind.FIT_GRADIENT_BOOSTING: _FIT,
    JobKind.TUNE: JobPolicy(Service.TRAINER, "trainer.help_tuning", _A_FEW_ATTEMPTS),
    JobKind.SELECT: JobPolicy(Service.TRAINER, "trainer.select_candidates", _A_DAY_OF_ATTEMPTS),
    JobKind.GATE: JobPolicy(
        Service.REGISTRY_GATE, "registry-gate.decide_promotions", _A_DAY_OF_ATTEMPTS
    ),
    JobKind.APPROVE: JobPolicy(
        Service.REGISTRY_GATE, "registry-gate.approve_candidate", _A_FEW_ATTEMPTS
    ),
    JobKind.ROLL_BACK: JobPolicy(
        Service.REGISTRY_GATE, "registry-gate.roll_back_champion", _A_FEW_ATTEMPTS
    ),
    JobKind.ISSUE: JobPolicy(
        Service.REGISTRY_GATE, "registry-gate.issue_forecasts", _A_DAY_OF_ATTEMPTS
    ),
    JobKind.VERIFY: JobPolicy(
        Service.REGISTRY_GATE,
        "registry-gate.verify_forecasts",
        _A_DAY_OF_ATTEMPTS,
        most_together=_SITES_TOGETHER,
    ),
    JobKind.REVIEW: JobPolicy(
        Service.REGISTRY_GATE, "registry-gate.review_champions", _A_DAY_OF_ATTEMPTS
    ),
}

#: A fit is divided by variable: each is a job of its own, whose part is the variable.
FIT_KINDS: dict[Family, JobKind] = {
    Family.LINEAR_REGRESSION: JobKind.FIT_LINEAR_REGRESSION,
    Family.RANDOM_FOREST: JobKind.FIT_RANDOM_FOREST,
    Family.GRADIENT_BOOSTING: JobKind.FIT_GRADIENT_BOOSTING,
}

#: A worker that has not renewed its lease for so long is taken for dead.
LEASE = timedelta(seconds=30)
#: How often a worker at work renews its lease.
HEARTBEAT = timedelta(seconds=8)
#: A message not answered by a claim for so long is taken for lost, and sent again.
RESEND_AFTER = timedelta(seconds=45)
#: The longest pause between two attempts.
LONGEST_RETRY = timedelta(minutes=30)
