"""The table of parts names modules that are there, each with its one function."""

import ast
from pathlib import Path

import pytest

from benchmarks.parts import PARTS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("name", "module"), PARTS.items())
def test_every_part_is_a_module_with_a_function_run(name: str, module: str) -> None:
    # Read, not imported: what a part is measured against is installed for the benchmarks alone.
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    functions = ast.parse(path.read_text(encoding="utf-8")).body
    assert name in module
    assert "run" in {node.name for node in functions if isinstance(node, ast.FunctionDef)}
