"""The rules of the house that no linter knows, each a function from modules to violations."""

import ast
from collections.abc import Iterable, Iterator

from shared.adapters.schema import WRITER, metadata
from tests.architecture.source import SERVICES, Module, called_name

#: What reaches outside a pure function: the clock, the environment, files, sockets, processes.
IMPURE_MODULES = {
    "time", "os", "socket", "subprocess", "threading", "pathlib", "tempfile", "random",
    "secrets", "shutil", "requests", "asyncio", "multiprocessing",
}  # fmt: skip
IMPURE_CALLS = {"now", "today", "utcnow", "open", "print", "input", "getenv"}

#: What can run code while it loads data.
EXECUTING_MODULES = {"pickle", "cloudpickle", "joblib", "dill", "shelve", "marshal", "skops"}
EXECUTING_CALLS = {"load_model", "eval", "exec", "unsafe_load"}

#: How Celery is asked to run a task, by whatever route.
SENDING_CALLS = {"send_task", "apply_async", "delay"}
#: The one module that sends tasks.
SENDER = "shared.adapters.celery"

WRITING_CALLS = {"insert", "update", "delete"}
#: Functions of `shared.adapters` that write a service's tables, and for whom.
WRITING_FUNCTIONS = {
    "store_observations": "collector",
    "claim_provenance": "collector",
    "keep_ring": "collector",
}


def impurities(modules: Iterable[Module]) -> Iterator[str]:
    """Yield what reaches outside: imports, calls, and randomness without a seed."""
    for module in modules:
        for name in module.imports():
            if name.partition(".")[0] in IMPURE_MODULES:
                yield f"{module.name} imports {name}"
        for call in module.calls():
            name = called_name(call)
            if name in IMPURE_CALLS:
                yield f"{module.name}:{call.lineno} calls {name}()"
            if name == "default_rng" and not (call.args or call.keywords):
                yield f"{module.name}:{call.lineno} draws random numbers without a seed"
            if ast.unparse(call.func).startswith(("np.random.", "numpy.random.")) and (
                name != "default_rng"
            ):
                yield f"{module.name}:{call.lineno} uses numpy's global random state"


def executing_loads(modules: Iterable[Module]) -> Iterator[str]:
    """Yield every way in which loading data could run code."""
    for module in modules:
        for name in module.imports():
            if name.partition(".")[0] in EXECUTING_MODULES:
                yield f"{module.name} imports {name}"
        for call in module.calls():
            if called_name(call) in EXECUTING_CALLS and not _is_method_of_str(call):
                yield f"{module.name}:{call.lineno} calls {called_name(call)}()"
            for keyword in call.keywords:
                if keyword.arg == "allow_pickle" and ast.unparse(keyword.value) != "False":
                    yield f"{module.name}:{call.lineno} allows pickle"


def foreign_sends(modules: Iterable[Module]) -> Iterator[str]:
    """Yield every task sent from elsewhere than the one module that may."""
    for module in modules:
        if module.name == SENDER:
            continue
        for name in _imported_from("celery", module):
            if name not in {"Celery", "signals"}:
                yield f"{module.name} imports {name} of celery"
        for call in module.calls():
            if called_name(call) in SENDING_CALLS and isinstance(call.func, ast.Attribute):
                yield f"{module.name}:{call.lineno} calls {called_name(call)}()"


def foreign_writes(modules: Iterable[Module]) -> Iterator[str]:
    """Yield every statement that writes a table of another service."""
    writers = {table.name: str(table.info[WRITER]) for table in metadata.sorted_tables}
    for module in modules:
        writer = module.package.replace("_", "-")
        for call in module.calls():
            table = _written_table(call)
            if table in writers and writers[table] != writer:
                yield f"{module.name}:{call.lineno} writes {table} of {writers[table]}"
            owner = WRITING_FUNCTIONS.get(called_name(call))
            if owner is not None and owner != writer:
                yield f"{module.name}:{call.lineno} calls {called_name(call)}() of {owner}"


def ports_that_are_not_protocols(modules: Iterable[Module]) -> Iterator[str]:
    """Yield every class in a `ports` module that is neither a `Protocol` nor data it speaks of."""
    for module in modules:
        if not module.name.endswith(".ports"):
            continue
        for node in module.tree.body:
            if not isinstance(node, ast.ClassDef):
                continue
            if {"Protocol", "StrEnum"} & set(map(ast.unparse, node.bases)):
                continue
            if not any("dataclass" in ast.unparse(mark) for mark in node.decorator_list):
                yield f"{module.name}.{node.name}"


def foreign_test_imports(modules: Iterable[Module]) -> Iterator[str]:
    """Yield imports of another service in the tests of one (`tests.unit.<service>...`)."""
    for module in modules:
        own = next((part for part in module.name.split(".") if part in SERVICES), None)
        for name in module.imports():
            service = name.partition(".")[0]
            if own is not None and service in SERVICES and service != own:
                yield f"{module.name} imports {name}"


def _imported_from(package: str, module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            yield from (alias.name for alias in node.names)


def _written_table(call: ast.Call) -> str | None:
    """Return the table of `insert(t)`, `update(t)`, `delete(t)`, `t.insert()` and the like."""
    if called_name(call) not in WRITING_CALLS:
        return None
    if isinstance(call.func, ast.Name) and call.args:
        return ast.unparse(call.args[0]).rpartition(".")[2]
    if isinstance(call.func, ast.Attribute):
        return ast.unparse(call.func.value).rpartition(".")[2]
    return None


def _is_method_of_str(call: ast.Call) -> bool:
    """Say whether `eval` and `exec` here are methods of something else (`frame.eval`)."""
    return isinstance(call.func, ast.Attribute) and called_name(call) in {"eval", "exec"}
