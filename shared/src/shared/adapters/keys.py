"""API keys in the database: made, listed, revoked, and recognised."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.orm import Session

from shared.adapters.key_tables import api_keys
from shared.contracts.keys import ApiKey, Scope

# Compared with where there is no such key, so that a wrong id takes as long as a wrong secret.
_NOBODY = ApiKey.new().digest


@dataclass(frozen=True)
class KnownKey:
    """What is kept of a key.

    Attributes
    ----------
    name : str
        Who has it, for people.
    """

    key_id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    revoked_at: datetime | None


def create_key(session: Session, name: str, scopes: Iterable[Scope]) -> ApiKey:
    """Make a key; this is the one time anybody sees it."""
    key = ApiKey.new()
    session.execute(
        insert(api_keys).values(
            key_id=key.key_id, name=name, scopes=sorted(set(scopes)), secret_sha256=key.digest
        )
    )
    return key


def list_keys(session: Session) -> Sequence[KnownKey]:
    """Return all keys, the newest first, revoked ones included."""
    rows = session.execute(select(api_keys).order_by(api_keys.c.created_at.desc())).mappings()
    return [_known(row) for row in rows]


def revoke_key(session: Session, key_id: str) -> bool:
    """Let a key do nothing any more, from now on; say whether it could until now."""
    statement = (
        update(api_keys)
        .where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=func.clock_timestamp())
        .returning(api_keys.c.key_id)
    )
    return session.execute(statement).one_or_none() is not None


def recognise(session: Session, key: ApiKey) -> KnownKey | None:
    """Return what is known of a key, or None if it is none of ours or was revoked."""
    statement = select(api_keys).where(
        api_keys.c.key_id == key.key_id, api_keys.c.revoked_at.is_(None)
    )
    row = session.execute(statement).mappings().one_or_none()
    if not key.is_kept_as(row["secret_sha256"] if row else _NOBODY) or row is None:
        return None
    return _known(row)


def _known(row: RowMapping) -> KnownKey:
    return KnownKey(
        key_id=row["key_id"],
        name=row["name"],
        scopes=frozenset(map(Scope, row["scopes"])),
        created_at=row["created_at"],
        revoked_at=row["revoked_at"],
    )
