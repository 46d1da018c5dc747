"""MLflow's aliases follow the ledger, come back to it, and wait for nobody."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from uuid import UUID

from mlflow.exceptions import MlflowException
from sqlalchemy import func, select, update

from registry_gate.mirror import mirror_promotions
from registry_gate.rollback import roll_back
from shared.adapters.database import SessionFactory
from shared.adapters.ledger_tables import mirrors
from shared.forecasting.variables import Variable
from tests.integration.registry_gate.candidacies import VARIABLE, add_candidates, decide, promoted
from tests.support.database import SITE_ID

MODEL = f"{SITE_ID}.{VARIABLE}"
OTHER = Variable.WIND_SPEED_MAX


@dataclass
class FakeRegistry:
    """MLflow's aliases in memory; models it refuses."""

    models: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    calls: int = 0

    def get_registered_model(self, name: str) -> SimpleNamespace:
        self.calls += 1
        if name in self.refused:
            raise MlflowException("No such model.")
        return SimpleNamespace(aliases=self.models.setdefault(name, {}))

    def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
        self.models[name][alias] = version

    def delete_registered_model_alias(self, name: str, alias: str) -> None:
        del self.models[name][alias]


def propose_another(sessions: SessionFactory, after: int) -> UUID:
    with sessions.begin() as session:
        (candidate_id,) = add_candidates(session, 1, after=after)
        decide(session, candidate_id, "inconclusive")
    return candidate_id


def come_round(sessions: SessionFactory) -> None:
    """Let the time pass until every model is looked at again."""
    with sessions.begin() as session:
        session.execute(update(mirrors).values(look_again_at=func.clock_timestamp()))


def test_aliases_follow_promotions_rejections_and_rollbacks(sessions: SessionFactory) -> None:
    promoted(sessions, 2)
    registry = FakeRegistry()
    assert mirror_promotions(sessions, registry) == 1
    assert registry.models[MODEL] == {"champion": "2", "previous": "1"}
    assert mirror_promotions(sessions, registry) == 0
    propose_another(sessions, after=2)
    mirror_promotions(sessions, registry)
    assert registry.models[MODEL]["challenger"] == "3"
    with sessions.begin() as session:
        roll_back(session, SITE_ID, VARIABLE, asked_by="review", reason="Worse.")
    mirror_promotions(sessions, registry)
    assert registry.models[MODEL] == {"champion": "1", "previous": "2", "challenger": "3"}


def test_alias_moved_by_hand_comes_back(sessions: SessionFactory) -> None:
    promoted(sessions, 2)
    registry = FakeRegistry()
    mirror_promotions(sessions, registry)
    registry.models[MODEL] = {"champion": "1", "challenger": "9", "mine": "1"}
    come_round(sessions)
    mirror_promotions(sessions, registry)
    assert registry.models[MODEL] == {"champion": "2", "previous": "1", "mine": "1"}


def test_model_that_is_refused_holds_up_no_other_and_waits_with_its_reason(
    sessions: SessionFactory,
) -> None:
    promoted(sessions, 1)
    promoted(sessions, 1, variable=OTHER)
    registry = FakeRegistry(refused={MODEL})
    assert mirror_promotions(sessions, registry) == 1
    assert registry.models[f"{SITE_ID}.{OTHER}"] == {"champion": "1"}
    calls = registry.calls
    assert mirror_promotions(sessions, registry) == 0
    assert registry.calls == calls  # it is left alone for a while
    with sessions.begin() as session:
        failed = session.execute(select(mirrors).where(mirrors.c.failures > 0)).one()
    assert failed.last_error == "No such model."
    registry.refused.clear()
    come_round(sessions)
    assert mirror_promotions(sessions, registry) == 2
    assert registry.models[MODEL] == {"champion": "1"}


def test_second_mirror_does_not_overtake_the_first(sessions: SessionFactory) -> None:
    promoted(sessions, 2)

    class SlowRegistry(FakeRegistry):
        """Another worker mirrors while this one's first alias is on its way."""

        def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
            assert mirror_promotions(sessions, FakeRegistry()) == 0
            super().set_registered_model_alias(name, alias, version)

    registry = SlowRegistry()
    assert mirror_promotions(sessions, registry) == 1
    assert registry.models[MODEL] == {"champion": "2", "previous": "1"}
