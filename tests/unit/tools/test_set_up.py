"""Setting up `.venv`: when it is needed, what the user's pip settings become, who waits."""

import runpy
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import set_up

MIRROR = "https://mirror.example/simple"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with requirements and a finished `.venv` that has nothing installed."""
    (tmp_path / "requirements").mkdir()
    for name in ("native", "dev", "build", "clients"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n", encoding="utf-8")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    monkeypatch.setattr(set_up, "ROOT", tmp_path)
    monkeypatch.setattr(set_up, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(set_up, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(set_up, "INSTALLED", tmp_path / ".venv" / "installed.json")
    monkeypatch.setattr(set_up, "UNFINISHED", tmp_path / ".venv" / "unfinished")
    monkeypatch.setattr(set_up, "LOCK", tmp_path / ".state" / "setup.lock")
    monkeypatch.setattr(set_up, "PACKAGES", [])
    return tmp_path


@pytest.fixture
def commands(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the list of commands the setup would have run; each succeeds."""
    del root
    run: list[list[str]] = []
    monkeypatch.setattr(set_up, "run", recorder(run, fails=lambda _command: False))
    return run


def recorder(
    run: list[list[str]], fails: Callable[[list[str]], bool], says: str = ""
) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    def record(command: list[str], **_: str) -> "subprocess.CompletedProcess[str]":
        run.append(command)
        if command[1:3] == ["-m", "venv"]:
            set_up.PYTHON.parent.mkdir(parents=True)
            set_up.PYTHON.touch()
        return subprocess.CompletedProcess(command, returncode=int(fails(command)), stdout=says)

    return record


def test_setup_installs_once(commands: list[list[str]]) -> None:
    set_up.main("native")
    first = len(commands)
    set_up.main("native")
    assert first > 0
    assert len(commands) == first


def test_setup_for_the_tests_is_enough_for_running(commands: list[list[str]]) -> None:
    set_up.main("dev")
    first = len(commands)
    set_up.main("native")
    assert len(commands) == first


def test_setup_for_running_is_not_enough_for_the_tests(commands: list[list[str]]) -> None:
    set_up.main("native")
    assert commands
    assert not set_up.is_installed("dev")


def test_changed_requirements_are_installed(commands: list[list[str]], root: Path) -> None:
    set_up.main("native")
    (root / "requirements" / "native.txt").write_text("native==2\n", encoding="utf-8")
    assert commands
    assert not set_up.is_installed("native")


def test_interrupted_setup_is_started_over_from_nothing(
    commands: list[list[str]], root: Path
) -> None:
    set_up.main("native")
    (root / ".venv" / "unfinished").touch()
    (root / ".venv" / "half-written").touch()
    del commands[:]
    set_up.main("native")
    assert commands[0][1:3] == ["-m", "venv"]
    assert not (root / ".venv" / "half-written").exists()


def test_moved_folder_is_set_up_again(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up.main("native")
    monkeypatch.setattr(set_up, "VENV_IDENTITY", "elsewhere 3.11")
    assert commands
    assert not set_up.is_installed("native")


@pytest.mark.parametrize(
    ("wanted", "folder"),
    [
        ("native", ".venv"),
        ("dev", ".venv"),
        ("bench", ".venv-bench"),
        ("clients", ".venv-clients"),
    ],
)
def test_what_we_are_measured_against_and_called_by_is_installed_apart(
    monkeypatch: pytest.MonkeyPatch, wanted: str, folder: str
) -> None:
    monkeypatch.setattr("sys.argv", ["set_up.py", wanted])
    assert runpy.run_path(set_up.__file__)["VENV"].name == folder


def test_public_clients_are_installed_without_our_packages(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_up, "PACKAGES", [Path("shared")])
    set_up.main("clients")
    assert not any("-e" in command for command in commands)


def test_pip_takes_over_where_uv_fails(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run: list[list[str]] = []
    monkeypatch.setattr(
        set_up, "run", recorder(run, fails=lambda command: command[0].endswith("uv"))
    )
    set_up.install_packages(["-r", str(root / "requirements" / "native.txt")])
    assert run[-1][1:4] == ["-m", "pip", "install"]


def test_failed_installation_ends_with_what_was_said(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del root
    failing = recorder([], fails=lambda _command: True, says="no such package")
    monkeypatch.setattr(set_up, "run", failing)
    with pytest.raises(SystemExit, match="no such package"):
        set_up.run_or_exit(["pip"])


def test_pip_settings_become_uv_s(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del root
    settings = (
        f"global.index-url='{MIRROR}'\n"
        "global.find-links='/wheels /more-wheels'\n"
        ":env:.cert='/etc/ssl/company.pem'\n"
        "global.timeout='60'\n"
    )
    monkeypatch.setattr(set_up, "run", recorder([], fails=lambda _command: False, says=settings))
    for name in set_up.UV_NAMES.values():
        monkeypatch.delenv(name, raising=False)
    environment = set_up.uv_environment()
    assert environment["UV_DEFAULT_INDEX"] == MIRROR
    assert environment["UV_FIND_LINKS"] == "/wheels,/more-wheels"
    assert environment["SSL_CERT_FILE"] == "/etc/ssl/company.pem"
    assert "60" not in environment.values()


def test_uv_s_own_settings_come_first(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del root
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://chosen.example/simple")
    assert set_up.uv_environment() == {}


def test_second_setup_waits_for_the_first(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del root
    order: list[str] = []

    def second() -> None:
        with set_up.only_one_at_a_time():
            order.append("second")

    thread = threading.Thread(target=second)
    with set_up.only_one_at_a_time():
        thread.start()
        thread.join(timeout=0.2)
        order.append("first")
    thread.join(timeout=10)
    assert order == ["first", "second"]
    assert "waiting for it" in capsys.readouterr().out
