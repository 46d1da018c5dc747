"""The documents: decisions numbered and whole, links that lead somewhere, no path of a machine."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
HEADINGS = ["Context", "Decision", "Consequences", "Alternatives", "Enforced by"]
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - git by name, as everywhere
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")[:-1]
    if (ROOT / name).is_file()
]  # fmt: skip
PAGES = [path for path in TRACKED if path.suffix == ".md"]
#: Files a page may speak of that are not of this repository.
FOREIGN = {"daily.csv", "stack.json"}


def test_decisions_are_numbered_in_one_sequence() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(len(DECISIONS)))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_decision_has_every_part(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == HEADINGS
    assert re.search(r"^Status: .+ Area: .+ Date: ", text, flags=re.MULTILINE)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert "://" in target or (path.parent / target).exists(), target


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_a_page_names_are_there(path: Path) -> None:
    tracked = {f"/{file.relative_to(ROOT)}" for file in TRACKED}
    named = re.findall(r"`([\w./-]+\.(?:py|md|toml|txt|csv|json))`", path.read_text("utf-8"))
    for name in set(named) - FOREIGN:
        assert any(file.endswith(f"/{name}") for file in tracked), name


def test_no_tracked_file_names_a_path_of_a_machine_or_a_registry() -> None:
    private = re.compile(
        r"(?<![\w.$}/-])/(?:work|root|home)/\w|pypi\.org/simple|files\.pythonhosted"
    )
    assert len(TRACKED) > 100
    for path in TRACKED:
        found = private.search(path.read_text(encoding="utf-8", errors="replace"))
        assert found is None or path == Path(__file__), f"{path}: {found}"
