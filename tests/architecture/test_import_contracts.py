"""The import contracts hold, and each fails when it is broken."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, ROOT

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts on the packages below a folder, wherever the real ones are."""
    search_path = os.pathsep.join(str((root / path).parent) for path in PACKAGES.values())
    return subprocess.run(  # noqa: S603 - our own tool on our own tree
        [LINT_IMPORTS, "--no-cache", "--config", root / "pyproject.toml"],
        cwd=root,
        env={"PYTHONPATH": search_path, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the packages that a test may break."""
    root = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", root)
    for path in PACKAGES.values():
        shutil.copytree(ROOT / path, root / path, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def test_contracts_hold_on_the_tree(copy: Path) -> None:
    result = lint_imports(copy)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "broken_by"),
    [
        ("services/collector/src/collector/settings.py", "import trainer.settings"),
        ("services/api/src/api/settings.py", "import registry_gate.decide"),
        ("shared/src/shared/forecasting/scores.py", "import shared.adapters.tables"),
        ("shared/src/shared/forecasting/scores.py", "import sqlalchemy"),
        ("shared/src/shared/contracts/jobs.py", "import shared.settings"),
        ("shared/src/shared/utils.py", '"""A stray module."""'),
        ("shared/src/shared/adapters/database.py", "import sklearn"),
        ("services/registry-gate/src/registry_gate/criteria.py", "import registry_gate.decide"),
        ("services/registry-gate/src/registry_gate/celery_app.py", "import registry_gate.tasks"),
        ("services/registry-gate/src/registry_gate/helpers.py", '"""Not placed in the flow."""'),
        ("services/collector/src/collector/helpers.py", '"""Not placed in the flow."""'),
        ("services/trainer/src/trainer/helpers.py", '"""Not placed in the flow."""'),
        ("services/api/src/api/helpers.py", '"""Not placed in the flow."""'),
        ("local/src/local/home.py", "import trainer.settings"),
        ("shared/src/shared/errors.py", "import local.home"),
    ],
)
def test_contract_is_found_broken(copy: Path, module: str, broken_by: str) -> None:
    path = copy / module
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\n{broken_by}\n", encoding="utf-8")
    try:
        result = lint_imports(copy)
    finally:
        path.unlink() if before is None else path.write_text(before, encoding="utf-8")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout or "not listed" in result.stdout
