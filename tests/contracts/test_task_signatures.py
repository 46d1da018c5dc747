"""Two versions of workers side by side: every message of the released version is still understood.

`tasks.json` is what the released version sends, by task: the form of the one argument. What is
there stays for a release after nobody sends it any more; a new form is a new task of a new name. A
worker that does not know a task drops its message, and the ledger sends it again until one that
knows it claims the job.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shared.contracts.jobs import JOBS, JobKind
from shared.contracts.queues import WORKERS, Service
from shared.contracts.schedule import TICK_TASKS
from shared.contracts.subscriptions import SUBSCRIPTIONS, heard_by, reaction
from tests.support.needs import ROOT

SNAPSHOT = Path(__file__).parent / "tasks.json"
RELEASED: Mapping[str, str] = json.loads(SNAPSHOT.read_text(encoding="utf-8"))

ONE, MANY, EVENT, NOTHING = "job id", "list of job ids", "event", "nothing"
#: The form of the argument, by what the function of a task is declared to take.
DECLARED = {"job_id: str": ONE, "job_ids: list[str]": MANY, "": NOTHING}


def sent() -> dict[str, str]:
    """Return every task this version sends, and the form of its argument."""
    jobs = {each.task: ONE if each.most_together == 1 else MANY for each in JOBS.values()}
    ticks = dict.fromkeys(TICK_TASKS.values(), NOTHING)
    events = {
        reaction(service, event): EVENT
        for event, services in SUBSCRIPTIONS.items()
        for service in services
    }
    return jobs | ticks | events


def answered(service: Service) -> Iterator[tuple[str, str]]:
    """Read off a service's tasks their names and the form of their argument."""
    package = service.replace("-", "_")
    source = ROOT / "services" / service / "src" / package / "tasks.py"
    for node in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            [decorator] = node.decorator_list
            assert isinstance(decorator, ast.Call)
            yield _name(ast.unparse(decorator.keywords[0].value)), DECLARED[ast.unparse(node.args)]
    yield from ((reaction(service, event), EVENT) for event in heard_by(service))


def _name(expression: str) -> str:
    """Return the name a decorator gives, from the tables it may refer to."""
    for kind in JobKind:
        if expression == f"JOBS[JobKind.{kind.name}].task":
            return JOBS[kind].task
    for service in WORKERS:
        if expression == f"TICK_TASKS[Service.{service.name}]":
            return TICK_TASKS[service]
    raise AssertionError(f"a task is named by the tables of shared.contracts, not {expression}")


@pytest.mark.parametrize("task", sorted(RELEASED))
def test_worker_of_this_version_takes_what_the_released_one_sends(task: str) -> None:
    service = Service(task.partition(".")[0])
    assert dict(answered(service)).get(task) == RELEASED[task]


@pytest.mark.parametrize("task", sorted(sent()))
def test_form_of_a_task_never_changes(task: str) -> None:
    form = sent()[task]
    assert RELEASED.get(task, form) == form, f"give {task} a new name for its new argument"


def test_whatever_is_sent_is_answered() -> None:
    known = {task: form for service in WORKERS for task, form in answered(service)}
    assert {task: known.get(task) for task in sent()} == sent()


def test_snapshot_is_complete() -> None:
    assert sent().keys() <= RELEASED.keys(), f"add to {SNAPSHOT.name} what is new"
