"""Stores days of a site together with their event, in the caller's transaction."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from collector.ports import Days, is_empty
from shared.adapters.observations import store_observations
from shared.adapters.outbox import record_event
from shared.contracts.events import ObservationsCollected
from shared.contracts.provenance import Provenance


def store_days(
    session: Session,
    site_id: str,
    days: Days,
    *,
    provenance: Provenance,
    final_until: date,
    correlation_id: UUID,
) -> list[date]:
    """Store what is new or changed, with the event that says so; return the changed days.

    Days without any value are left out: nothing is known of them.

    Raises
    ------
    ProvenanceConflict
        The site's observations come from elsewhere.
    """
    known = {day: values for day, values in days.items() if not is_empty(values)}
    changed = store_observations(
        session, site_id, known, provenance=provenance, final_until=final_until
    )
    if changed:
        fact = ObservationsCollected(
            site_id=site_id,
            first_date=changed[0],
            last_date=changed[-1],
            days_changed=len(changed),
        )
        record_event(session, fact, correlation_id=correlation_id)
    return changed
