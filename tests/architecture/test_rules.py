"""The rules of the house hold, and each check fails when its rule is broken."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from shared.adapters.tables import WRITER, metadata
from tests.architecture import rules
from tests.architecture.source import ROOT, SERVICES, Module, modules

Rule = Callable[[Iterable[Module]], Iterator[str]]


def test_forecasting_core_is_pure() -> None:
    core = [m for m in modules("shared") if m.name.startswith("shared.forecasting")]
    assert len(core) > 10
    assert list(rules.impurities(core)) == []


def test_nothing_that_loads_data_can_execute_it() -> None:
    assert list(rules.executing_loads(modules())) == []


def test_tasks_are_sent_by_one_module_alone() -> None:
    assert list(rules.foreign_sends(modules())) == []


def test_every_table_is_written_by_its_own_service_alone() -> None:
    assert list(rules.foreign_writes(modules(*SERVICES, "local"))) == []


def test_ports_are_protocols_owned_by_the_service_that_needs_them() -> None:
    assert list(rules.ports_that_are_not_protocols(modules(*SERVICES))) == []
    names = {module.name for module in modules(*SERVICES)}
    assert {f"{service}.ports" for service in SERVICES} <= names


def test_tests_of_a_service_import_no_other_service() -> None:
    assert list(rules.foreign_test_imports(_test_modules())) == []


def test_architecture_page_lists_every_table_with_its_writer() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for table in metadata.sorted_tables:
        assert f"| `{table.name}` | {table.info[WRITER]} |" in page


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (rules.impurities, "shared.forecasting.x", "import os"),
        (rules.impurities, "shared.forecasting.x", "from time import monotonic"),
        (rules.impurities, "shared.forecasting.x", "date.today()"),
        (rules.impurities, "shared.forecasting.x", "np.random.default_rng()"),
        (rules.impurities, "shared.forecasting.x", "np.random.normal()"),
        (rules.executing_loads, "api.x", "import pickle"),
        (rules.executing_loads, "api.x", "mlflow.onnx.load_model(uri)"),
        (rules.executing_loads, "api.x", "np.load(f, allow_pickle=True)"),
        (rules.executing_loads, "api.x", "eval(text)"),
        (rules.foreign_sends, "collector.x", "app.send_task('trainer.fit_family')"),
        (rules.foreign_sends, "collector.x", "fit_family.delay(1)"),
        (rules.foreign_sends, "trainer.x", "from celery import chord"),
        (rules.foreign_writes, "api.x", "session.execute(insert(decisions).values())"),
        (rules.foreign_writes, "trainer.x", "update(tables.promotions)"),
        (rules.foreign_writes, "collector.x", "jobs.delete()"),
        (rules.foreign_writes, "trainer.x", "store_observations(session)"),
        (rules.ports_that_are_not_protocols, "api.ports", "class Store:\n    pass"),
        (rules.foreign_test_imports, "tests.unit.api.test_x", "from trainer.tune import tune"),
    ],
)
def test_rule_is_found_broken(rule: Rule, name: str, text: str) -> None:
    assert list(rule([Module(name, text)])) != []


def _test_modules() -> list[Module]:
    tests = ROOT / "tests"
    return [Module(_dotted(path), path.read_text(encoding="utf-8")) for path in tests.rglob("*.py")]


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)
