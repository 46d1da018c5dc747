"""Logs: the last lines, and what comes after them."""

from pathlib import Path

import pytest

from local.command.logs import NoSuchLog, Tail, find_logs
from local.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.prepare()
    for name in ("api", "trainer-1"):
        (home.logs / f"{name}.log").write_text("first\nsecond\nthird\n", encoding="utf-8")
    return home


def test_find_logs_finds_one_or_all(home: Home) -> None:
    assert [path.stem for path in find_logs(home, None)] == ["api", "trainer-1"]
    assert [path.stem for path in find_logs(home, "api")] == ["api"]


def test_find_logs_names_those_there_are(home: Home) -> None:
    with pytest.raises(NoSuchLog, match="there are logs of api, trainer-1"):
        find_logs(home, "trainer")


def test_tail_prints_the_last_lines_then_only_new_ones(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    path = home.logs / "api.log"
    tail = Tail(path, named=False)
    tail.print_last(2)
    with path.open("a", encoding="utf-8") as file:
        file.write("fourth\n")
    tail.print_new()
    tail.print_new()
    assert capsys.readouterr().out == "second\nthird\nfourth\n"


def test_tail_follows_a_log_that_was_exchanged_for_a_new_one(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    path = home.logs / "api.log"
    tail = Tail(path, named=False)
    tail.print_last(0)
    path.unlink()
    tail.print_new()
    path.write_text("new\n", encoding="utf-8")
    tail.print_new()
    assert capsys.readouterr().out == "new\n"


def test_tail_of_several_processes_says_whose_line_it_is(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    Tail(home.logs / "api.log", named=True).print_last(1)
    assert capsys.readouterr().out == "           api | third\n"
