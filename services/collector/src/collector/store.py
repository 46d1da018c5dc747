"""Stores what is said of places, in the caller's transaction: judged first, then written.

What the checks hold back is stored as missing; what is flagged is stored. The event speaks of a
site alone: when only points of its ring have changed there is none, since nothing follows from
that before the site's own next day.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from collector.findings import settle
from collector.ports import Days, PlaceAnswer
from collector.quality import context_of, find_faults
from shared.adapters.observations import load_histories, store_histories
from shared.adapters.outbox import record_event
from shared.adapters.sites import claim_provenance
from shared.contracts.events import ObservationsCollected
from shared.contracts.provenance import Provenance
from shared.forecasting.history import DailyHistory


def store_days(
    session: Session,
    site_id: str,
    days: Days,
    *,
    provenance: Provenance,
    final_until: date,
    correlation_id: UUID,
) -> list[date]:
    """Judge and store days of a site, with the event that says so; return the changed days.

    Raises
    ------
    ProvenanceConflict
        The site's observations come from elsewhere.
    """
    answers = {site_id: PlaceAnswer(DailyHistory.from_days(days))}
    changed = store_answers(session, answers, provenance=provenance, final_until=final_until)
    announce(session, site_id, changed[site_id], correlation_id=correlation_id)
    return changed[site_id]


def store_answers(
    session: Session,
    answers: Mapping[str, PlaceAnswer],
    *,
    provenance: Provenance,
    final_until: date,
) -> dict[str, list[date]]:
    """Judge and store what a source says of places; return the changed days of each.

    Parameters
    ----------
    answers : mapping of site id to PlaceAnswer
        A place whose answer could not be read is left as it is.
    final_until : date
        Days up to this one will not be revised by the source any more.

    Raises
    ------
    ProvenanceConflict
        The observations of one of the places come from elsewhere; nothing is written.
    """
    offered = {place: answer.history for place, answer in answers.items() if answer.history}
    for site_id in sorted(offered):  # the judgement of one place is never reached twice at once
        claim_provenance(session, site_id, provenance)
    known = _load_context(session, offered)
    believed, withheld = {}, {}
    for site_id, history in offered.items():
        found = find_faults(history, known.get(site_id))
        payload_on = answers[site_id].payload_on
        judged = settle(session, site_id, history, found, payload_on=payload_on)
        believed[site_id], withheld[site_id] = judged.believed, judged.withheld
    return store_histories(
        session, believed, provenance=provenance, final_until=final_until, withdrawn=withheld
    )


def announce(
    session: Session, site_id: str, changed: Sequence[date], *, correlation_id: UUID
) -> None:
    """Record that days of a site have changed, if any have."""
    if changed:
        fact = ObservationsCollected(
            site_id=site_id,
            first_date=changed[0],
            last_date=changed[-1],
            days_changed=len(changed),
        )
        record_event(session, fact, correlation_id=correlation_id)


def _load_context(session: Session, offered: Mapping[str, DailyHistory]) -> dict[str, DailyHistory]:
    """Return what is stored of the days that a judgement of those offered needs."""
    if not offered:
        return {}
    first = min(history.first_date for history in offered.values())
    last = max(history.last_date for history in offered.values())
    return load_histories(session, list(offered), ranges=context_of(first, last))
