"""API keys in the database: a digest is all that is kept, and a revoked one opens nothing."""

from sqlalchemy import select

from shared.adapters.database import SessionFactory
from shared.adapters.key_tables import api_keys
from shared.adapters.keys import create_key, list_keys, recognise, revoke_key
from shared.contracts.keys import ApiKey, Scope


def test_key_is_recognised_with_its_scopes_and_kept_nowhere(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        key = create_key(session, "Amina", [Scope.WORK, Scope.WORK, Scope.SITES])
    with sessions.begin() as session:
        known = recognise(session, key)
        kept = session.execute(select(api_keys)).mappings().one()
    assert known is not None
    assert known.name == "Amina"
    assert known.scopes == frozenset({Scope.WORK, Scope.SITES})
    assert key.secret not in str(dict(kept))


def test_wrong_secret_and_unknown_id_are_not_recognised(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        key = create_key(session, "Amina", Scope)
        assert recognise(session, ApiKey(key.key_id, ApiKey.new().secret)) is None
        assert recognise(session, ApiKey(ApiKey.new().key_id, key.secret)) is None


def test_revoked_key_opens_nothing_and_stays_in_the_list(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        key = create_key(session, "Amina", Scope)
    with sessions.begin() as session:
        assert revoke_key(session, key.key_id)
        assert not revoke_key(session, key.key_id)
        assert recognise(session, key) is None
        assert [known.revoked_at is None for known in list_keys(session)] == [False]
