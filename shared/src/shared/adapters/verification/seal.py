"""The seal on issued forecasts: a chain a site, in which no byte can be changed unseen.

Each issuance's digest is that of the one before it, of its own header and of every forecast in it.
A row that was altered, added or taken away breaks the chain where it happened.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.adapters.seals import NO_SEAL, seal
from shared.adapters.verification_tables import forecasts, issuances

_HEADER = (
    "issuance_id", "site_id", "reference_date", "number", "known_at", "data_hash", "issued_at",
    "forecasts",
)  # fmt: skip
_SEALED = tuple(column.name for column in forecasts.columns)


def seal_of(before: str, header: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the digest of an issuance.

    Parameters
    ----------
    before : str
        Digest of the site's issuance before, `NO_SEAL` for the first.
    header, rows : mapping of column name to value
        The issuance and its forecasts, in any order.
    """
    ordered = sorted(rows, key=lambda row: str(row["forecast_id"]))
    sealed = [{name: row[name] for name in _SEALED} for row in ordered]
    return seal(before, [{name: header[name] for name in _HEADER}, *sealed])


def broken_seals(session: Session, site_ids: Sequence[str] | None = None) -> Iterator[str]:
    """Yield a sentence for every issuance whose forecasts are not those that were issued.

    Parameters
    ----------
    site_ids : sequence of str, optional
        By default every site that ever issued forecasts.
    """
    if site_ids is None:
        everywhere = select(issuances.c.site_id).distinct().order_by(issuances.c.site_id)
        site_ids = list(session.execute(everywhere).scalars())
    for site_id in site_ids:
        yield from _broken_of(session, site_id)


def _broken_of(session: Session, site_id: str) -> Iterator[str]:
    headers = session.execute(
        select(issuances).where(issuances.c.site_id == site_id).order_by(issuances.c.number)
    ).all()
    before, expected = NO_SEAL, 1
    rows = _rows_by_issuance(session, site_id)
    for header in headers:
        mapping = dict(header._mapping)  # noqa: SLF001 - its public name
        where = f"Issuance {header.number} of {site_id} ({header.reference_date})"
        if header.number != expected:
            yield f"{where}: issuances before it are missing."
        elif seal_of(before, mapping, rows.pop(header.issuance_id, [])) != header.digest:
            yield f"{where}: its forecasts are not what was issued."
        before, expected = header.digest, header.number + 1
    if rows:
        yield f"{len(rows)} issuances of {site_id} have forecasts and no header."


def _rows_by_issuance(session: Session, site_id: str) -> dict[Any, list[Mapping[str, Any]]]:
    statement = (
        select(forecasts).where(forecasts.c.site_id == site_id).order_by(forecasts.c.issuance_id)
    )
    found = session.execute(statement).mappings().all()
    grouped = groupby(found, key=itemgetter("issuance_id"))
    return {issuance_id: [dict(row) for row in group] for issuance_id, group in grouped}
