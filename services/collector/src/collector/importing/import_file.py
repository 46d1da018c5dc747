"""The use case: one file into one site, all of it or nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from collector.errors import FileRefused
from collector.findings import settle
from collector.importing.changes import Changes, changes_between
from collector.importing.reading import Reading, read_file
from collector.importing.table import Track, untracked
from collector.ports import Clock, utc_now
from collector.quality import find_faults
from collector.store import announce
from shared.adapters.observations import load_histories, store_histories
from shared.adapters.site_states import lock_site
from shared.adapters.sites import claim_provenance, keep_ring
from shared.contracts.provenance import Provenance
from shared.contracts.sites import Site
from shared.forecasting.history import DailyHistory
from shared.forecasting.sphere import Position, distance_and_bearing

Report = Callable[[str], None]

# A grid cell, or the nearest station of a wide country; beyond that it is another place's weather.
_FARTHEST_KM = 150.0


@dataclass(frozen=True)
class ImportReport:
    """What became of a file.

    Attributes
    ----------
    reading : Reading
        How it was understood.
    changes : Changes
        What it changed, or would have changed.
    is_dry_run : bool
        Whether nothing was stored.
    first_date, last_date : date
        The days it holds.
    """

    reading: Reading
    changes: Changes
    is_dry_run: bool
    first_date: date
    last_date: date


def import_file(  # noqa: PLR0913 - what to do, and who watches
    path: Path,
    *,
    site_id: str,
    engine: Engine,
    is_dry_run: bool = False,
    report: Report,
    track: Track = untracked,
    now: Clock = utc_now,
) -> ImportReport:
    """Store the observations of a file with their event, in one transaction.

    Days that are not over are left out: what a download says of them is a forecast. All others go
    through the same checks as collected ones.

    Parameters
    ----------
    path : Path
        A file of one of the formats in `formats`; plain or gzip.
    site_id : str
        A site that exists.
    is_dry_run : bool
        Do everything, say what it changes, and take it back.
    report : Callable[[str], None]
        Told what is being done, in words for a user.
    track : Track
        Watches the long loops.

    Raises
    ------
    FileRefused
        The file is not what it should be, or of another place; the text names it, line and value.
    SiteUnknown, SiteRefused, ProvenanceConflict
        The site cannot take these observations.
    """
    report(f"reading {path}")
    reading = read_file(path, today=now().date(), track=track)
    first, last = min(reading.days), max(reading.days)
    report(f"checking {len(reading.days):,} days from {first} to {last} of {site_id}")
    with Session(engine) as session:
        site = lock_site(session, site_id)
        _refuse_elsewhere(path, reading.position, site)
        changes = _store(session, site, DailyHistory.from_days(reading.days))
        if is_dry_run:
            session.rollback()
        else:
            session.commit()
    return ImportReport(reading, changes, is_dry_run, first, last)


def _refuse_elsewhere(path: Path, position: Position | None, site: Site) -> None:
    """Raise `FileRefused` for a file that says it is of a place far from the site."""
    if position is None:
        return
    distance, _ = distance_and_bearing(Position(site.latitude, site.longitude), position)
    if distance > _FARTHEST_KM:
        raise FileRefused(
            f"{path}: it is of {position.latitude:.2f}, {position.longitude:.2f}, which is "
            f"{distance:,.0f} km from {site.site_id!r}: import it to a site of that place "
            "(`climate sites add NAME --latitude … --longitude … --imported`). Nothing was stored."
        )


def _store(session: Session, site: Site, offered: DailyHistory) -> Changes:
    """Check and store the days of a file; return what that changes."""
    site_id = site.site_id
    claim_provenance(session, site_id, Provenance.IMPORTED)
    keep_ring(session, site, [])  # there is nothing to collect it from
    known = load_histories(session, [site_id]).get(site_id)
    found = find_faults(offered, known)
    judged = settle(session, site_id, offered, found, payload_on=lambda _: None)
    stored = store_histories(
        session,
        {site_id: judged.believed},
        provenance=Provenance.IMPORTED,
        final_until=offered.last_date,
        withdrawn={site_id: judged.withheld},
    )[site_id]
    announce(session, site_id, stored, correlation_id=uuid4())
    return changes_between(known, judged.believed, stored=stored, found=found)
