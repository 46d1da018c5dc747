"""The supervisor's configuration: what the supervisor itself would read from it."""

import configparser
import shlex
from pathlib import Path

import pytest

from local.home import Home, StackRecord
from local.ports import PREFERRED
from local.servers.postgres import Postgres
from local.servers.redis import Redis
from local.stack.environment import stack_environment
from local.stack.programs import number_of_trainers, stack_programs
from local.supervision.configuration import render_configuration
from local.supervision.program import Group, Program
from shared.contracts.provenance import Source
from shared.errors import ConfigurationError

PASSWORD = "a-password-of-this-test"  # noqa: S105 - guards nothing


def read(
    home: Home, programs: list[Program], *, as_root: bool = False
) -> configparser.ConfigParser:
    """Parse a rendered configuration with the supervisor's own rules for comments and values."""
    text = render_configuration(home, programs, port=9001, password=PASSWORD, as_root=as_root)
    parser = configparser.ConfigParser(inline_comment_prefixes=(";", "#"), interpolation=None)
    parser.read_string(text)
    return parser


def programs_of(home: Home, source: Source = Source.AUTO, trainers: int = 2) -> list[Program]:
    postgres = Postgres(home.postgres, 5432, home.secrets / "postgres_password")
    redis = Redis(home.redis, 6379, home.secrets / "redis_password")
    return stack_programs(postgres, redis, source=source, trainers=trainers)


def test_every_program_is_in_exactly_one_group(tmp_path: Path) -> None:
    home = Home(tmp_path)
    parser = read(home, programs_of(home))
    grouped = ",".join(parser[f"group:{group.name.lower()}"]["programs"] for group in Group)
    assert sorted(grouped.split(",")) == sorted(program.name for program in programs_of(home))


def test_servers_stop_after_the_services_that_need_them(tmp_path: Path) -> None:
    home = Home(tmp_path)
    parser = read(home, programs_of(home))
    # The supervisor stops the group with the highest priority number first.
    assert int(parser["group:services"]["priority"]) > int(parser["group:servers"]["priority"])
    assert set(parser["group:servers"]["programs"].split(",")) == {"postgres", "redis"}


def test_crashed_programs_are_started_again_but_none_by_itself_at_first(tmp_path: Path) -> None:
    home = Home(tmp_path)
    parser = read(home, programs_of(home))
    for program in programs_of(home):
        section = parser[f"program:{program.name}"]
        assert (section["autostart"], section["autorestart"]) == ("false", "true")


def test_configuration_holds_no_password(tmp_path: Path) -> None:
    home = Home(tmp_path)
    text = render_configuration(home, [], port=9001, password=PASSWORD, as_root=False)
    assert PASSWORD not in text


def test_commands_survive_spaces_and_percent_signs_in_paths(tmp_path: Path) -> None:
    home = Home(tmp_path / "a home at 100% %(here)s")
    parser = read(home, programs_of(home))
    command = parser["program:postgres"]["command"].replace("%%", "%")
    assert str(home.postgres) in shlex.split(command)
    assert "%" not in parser["supervisord"]["pidfile"].replace("%%", "")


def test_supervisor_is_told_when_it_runs_as_root(tmp_path: Path) -> None:
    assert read(Home(tmp_path), [], as_root=True)["supervisord"]["user"] == "root"
    assert "user" not in read(Home(tmp_path), [])["supervisord"]


@pytest.mark.parametrize(
    ("source", "simulates"),
    [
        (Source.AUTO, True),
        (Source.SIMULATED, True),
        (Source.OPEN_METEO, False),
        (Source.NONE, False),
    ],
)
def test_simulator_runs_only_where_it_may_be_needed(
    tmp_path: Path, source: Source, *, simulates: bool
) -> None:
    names = [program.name for program in programs_of(Home(tmp_path), source)]
    assert ("simulator" in names) is simulates


def test_as_many_trainers_as_asked_for(tmp_path: Path) -> None:
    names = [program.name for program in programs_of(Home(tmp_path), trainers=3)]
    assert [name for name in names if name.startswith("trainer")] == [
        "trainer-1",
        "trainer-2",
        "trainer-3",
    ]


def test_number_of_trainers_is_the_setting_s(monkeypatch: pytest.MonkeyPatch) -> None:
    assert number_of_trainers({"CLIMATE_TRAINERS": "5"}) == 5
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert number_of_trainers({}) == 2


@pytest.mark.parametrize("wanted", ["0", "-1", "many", "1.5"])
def test_number_of_trainers_refuses_what_is_no_number_of_processes(wanted: str) -> None:
    with pytest.raises(ConfigurationError, match="CLIMATE_TRAINERS"):
        number_of_trainers({"CLIMATE_TRAINERS": wanted})


def test_environment_names_files_instead_of_secrets(tmp_path: Path) -> None:
    inherited = {"PATH": "/bin", "CLIMATE_DATABASE_URL": "postgresql://u:leaked@elsewhere/db"}
    home = Home(tmp_path)
    environment = stack_environment(home, StackRecord(PREFERRED, "auto"), inherited)
    assert environment["PATH"] == "/bin"
    assert environment["CLIMATE_DATABASE_URL_FILE"] == str(home.secrets / "database_url")
    assert not any("leaked" in value for value in environment.values())


def test_environment_keeps_a_proxy_out_of_what_stays_on_this_machine(tmp_path: Path) -> None:
    inherited = {"http_proxy": "http://proxy:3128", "no_proxy": "intranet"}
    environment = stack_environment(Home(tmp_path), StackRecord(PREFERRED, "auto"), inherited)
    assert environment["no_proxy"] == environment["NO_PROXY"] == "intranet,127.0.0.1,localhost"
