"""The home: where everything is kept, and what is remembered."""

import stat
from pathlib import Path

import pytest

from local.home import Home, HomeUnusable, StackRecord
from local.ports import PREFERRED, Listener


def test_home_is_the_one_given_then_the_environment_s_then_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLIMATE_HOME", str(tmp_path / "from-environment"))
    assert Home.at(Path("given")).root == tmp_path / "given"
    assert Home.at(None).root == tmp_path / "from-environment"
    monkeypatch.delenv("CLIMATE_HOME")
    assert Home.at(None).root == tmp_path / ".data"


def test_prepare_closes_the_home_to_others(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    assert stat.S_IMODE(home.root.stat().st_mode) == 0o700


def test_prepare_says_what_to_do_when_the_home_cannot_be_had(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    with pytest.raises(HomeUnusable, match="Not a directory"):
        Home(tmp_path / "a file" / "home").prepare()


def test_record_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    home = Home(tmp_path)
    record = StackRecord({**PREFERRED, Listener.API: 8003}, "simulated", supervisor_pid=42)
    record.save(home)
    assert StackRecord.load(home) == record
    assert record.url(Listener.API) == "http://127.0.0.1:8003"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"ports": {"api": 1}}', '{"ports": 3}'])
def test_damaged_record_counts_as_none(tmp_path: Path, content: str) -> None:
    home = Home(tmp_path)
    home.record.write_text(content, encoding="utf-8")
    assert StackRecord.load(home) is None
