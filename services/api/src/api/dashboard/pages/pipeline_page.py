"""The system at work, now: queues, workers, what was last done, what is due next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from api.answers.chronicle import Work
from api.answers.processes import ProcessAnswer, seconds_to_last
from api.answers.record import JobAnswer
from api.dashboard.pages.steps import Step, steps
from api.dashboard.shell import Shell
from api.serving.snapshot import ServedSite
from api.serving.state import Link, ServingState
from shared.contracts.jobs import JobKind
from shared.contracts.schedule import RETRAIN_EVERY, next_collection_at
from shared.contracts.sites import SiteState


@dataclass(frozen=True)
class Due:
    """Work that will be due."""

    kind: JobKind
    at: datetime


@dataclass(frozen=True)
class LinkState:
    """Something this process leans on, and why it does not answer, if so."""

    name: str
    error: str | None
    used_at: datetime | None


@dataclass(frozen=True)
class PipelinePage:
    """What the page shows; `work` and `steps` are None while the database does not answer."""

    shell: Shell
    steps: tuple[Step, ...] | None
    work: Work | None
    due: Sequence[Due]
    links: Sequence[LinkState]
    processes: Sequence[ProcessAnswer]

    @property
    def to_last(self) -> float | None:
        """Seconds from the newest promotion to the last process, if it is there."""
        return seconds_to_last(self.processes)


def pipeline_page(
    shell: Shell,
    served: ServedSite,
    state: ServingState,
    processes: Sequence[ProcessAnswer],
    found: tuple[Work, Sequence[JobAnswer]] | None,
) -> PipelinePage:
    """Return the page of the system at work.

    Parameters
    ----------
    found : optional
        All work, and the newest jobs of the site; None while the database does not answer.
    """
    work, jobs = found or (None, ())
    language = shell.visit.language
    return PipelinePage(
        shell=shell,
        steps=None if found is None else steps(jobs, served, language, shell.now),
        work=work,
        due=_due(served, work, shell.now),
        links=(_link("database", state.database), _link("redis", state.stream)),
        processes=processes,
    )


def _due(served: ServedSite, work: Work | None, now: datetime) -> list[Due]:
    if served.site.state is not SiteState.ACTIVE:
        return []
    found = [Due(JobKind.COLLECT, next_collection_at(now, served.site.timezone))]
    if work is not None and work.trained_on is not None:
        day = work.trained_on + RETRAIN_EVERY
        found.append(Due(JobKind.TRAIN, datetime.combine(day, time(), UTC)))
    return found


def _link(name: str, link: Link) -> LinkState:
    return LinkState(name, link.error, link.used_at)
