"""Reads from the database what there is to tell: new events, unfinished jobs, sites."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from local.narration.sentences import JobFact
from shared.adapters.ledger import dead_letters, unfinished_jobs
from shared.adapters.outbox import to_event
from shared.adapters.sites import list_sites
from shared.adapters.tables import decisions, events, promotions
from shared.contracts.events import Event, ModelPromoted
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance

# Positions are handed out before the commit, so a lower one may appear after a higher one.
_LOOK_BACK = 1000
_MOST_DEAD = 100


class EventFollower:
    """Returns every event of the log since a time, once, in the order it becomes visible."""

    def __init__(self, since: datetime) -> None:
        self._since = since
        self._seen: set[UUID] = set()
        self._highest = 0

    def new(self, session: Session) -> list[Event]:
        """Return the events that have appeared since the last call."""
        query = select(events).where(
            events.c.time >= self._since, events.c.position > self._highest - _LOOK_BACK
        )
        rows = session.execute(query.order_by(events.c.position)).all()
        fresh = [row for row in rows if row.event_id not in self._seen]
        self._seen = {row.event_id for row in rows}
        self._highest = max((row.position for row in rows), default=self._highest)
        return [to_event(row) for row in fresh]


def reasons(session: Session, found: Iterable[Event]) -> dict[UUID, str]:
    """Return the gate's sentence for every promotion among the events, by event id."""
    decided = {
        event.id: fact.decision_id
        for event in found
        if isinstance(fact := event.fact(), ModelPromoted)
    }
    rows = session.execute(
        select(decisions.c.decision_id, decisions.c.reason).where(
            decisions.c.decision_id.in_(decided.values())
        )
    )
    sentences = {row.decision_id: row.reason for row in rows}
    return {event: sentences.get(decision, "") for event, decision in decided.items()}


def unfinished(session: Session) -> list[JobFact]:
    """Return the jobs waiting or at work, those at work first."""
    facts = [
        JobFact(
            kind=JobKind(row.kind),
            site_id=row.site_id,
            state=row.state,
            attempts=row.attempts,
            progress=row.progress,
            last_error=row.last_error,
        )
        for row in session.execute(unfinished_jobs())
    ]
    return sorted(facts, key=lambda fact: fact.state != "running")


def dead(session: Session) -> dict[UUID, str]:
    """Return what was given up for good, and of what it died."""
    return {
        row.job_id: f"{row.kind} for {row.site_id}: {row.last_error}"
        for row in session.execute(dead_letters().limit(_MOST_DEAD))
    }


def simulated_sites(session: Session) -> set[str]:
    """Return the sites whose observations are simulated."""
    return {site.site_id for site in list_sites(session) if site.provenance is Provenance.SIMULATED}


def sites_with_champion(session: Session) -> list[str]:
    """Return the sites that have a champion, by name."""
    query = select(promotions.c.site_id).distinct().order_by(promotions.c.site_id)
    return list(session.execute(query).scalars())
