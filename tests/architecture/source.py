"""The source tree as the architecture tests see it: parsed, never run."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "shared": "shared/src/shared",
    "collector": "services/collector/src/collector",
    "trainer": "services/trainer/src/trainer",
    "registry_gate": "services/registry-gate/src/registry_gate",
    "api": "services/api/src/api",
    "local": "local/src/local",
}
SERVICES = ("collector", "trainer", "registry_gate", "api")


@dataclass(frozen=True)
class Module:
    """A module of one of the packages.

    Attributes
    ----------
    name : str
        Dotted, such as `registry_gate.decide`.
    text : str
        Its source.
    """

    name: str
    text: str

    @property
    def package(self) -> str:
        """The package it belongs to."""
        return self.name.partition(".")[0]

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    def imports(self) -> Iterator[str]:
        """Yield the name of everything it imports; of `from a import b` both `a` and `a.b`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def calls(self) -> Iterator[ast.Call]:
        """Yield every call in it."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


def called_name(call: ast.Call) -> str:
    """Return the last part of what is called: `delay` for `task.delay(...)`."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def modules(*packages: str) -> list[Module]:
    """Return the modules of the packages, of all of them without a name."""
    return [
        Module(_dotted(package, path), path.read_text(encoding="utf-8"))
        for package in packages or PACKAGES
        for path in sorted((ROOT / PACKAGES[package]).rglob("*.py"))
    ]


def _dotted(package: str, path: Path) -> str:
    inside = path.relative_to(ROOT / PACKAGES[package]).with_suffix("").parts
    return ".".join((package, *(part for part in inside if part != "__init__")))
