"""The digest of a record: equal for two runs with the same inputs, whatever machine or pause."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.adapters.seals import NO_SEAL, seal

# Seals cover decisions and promotions, the digests of issuances all forecasts.
_PARTS = (
    "select digest from seals order by number desc limit 1",
    """select site_id || digest from issuances i where number =
       (select max(number) from issuances where site_id = i.site_id) order by site_id""",
    """select md5(string_agg(s::text, '|' order by site_id, variable, valid_date, issuer,
       candidate_id)) from scores s""",
    "select md5(string_agg(r::text, '|' order by site_id, variable, review_date)) from reviews r",
)


def ledger_hash(session: Session) -> str:
    """Return the digest of decisions, promotions, forecasts, scores and reviews."""
    digest = NO_SEAL
    for part in _PARTS:
        digest = seal(digest, list(session.execute(text(part)).scalars()))
    return digest
