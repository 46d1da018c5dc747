"""What a container of ours may do, asked from inside it: no more than its work needs."""

import json
from typing import Any

import pytest

from tests.support.containers import Containers

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1800)]

OURS = ("collector", "trainer", "registry-gate", "scheduler", "api", "mlflow", "flower")
EACH = pytest.mark.parametrize("service", OURS)

#: What an attacker would look for, what a build leaves behind, and what nobody runs there.
LOOK_AROUND = """
import json, os, pathlib, shutil
tools = "pip uv gcc cc make git curl".split()
places = [pathlib.Path("/venv/lib"), pathlib.Path("/usr/local/lib/python3.11/site-packages")]
def is_refused(path):
    try:
        pathlib.Path(path).touch()
    except OSError:
        return True
    return False
print(json.dumps({
    "user": os.getuid(),
    "capabilities": [l.split()[1] for l in open("/proc/self/status") if l.startswith("CapEff")][0],
    "closed": all(map(is_refused, ("/mine", "/venv/mine", "/etc/mine", "/health.py"))),
    "tools": [each for each in tools if shutil.which(each)],
    "tests": [str(p) for place in places for p in place.rglob("tests") if p.is_dir()],
    "passwords": [name for name in os.environ if "PASSWORD" in name and not name.endswith("_FILE")],
}))
"""

#: Signed in as the service is, change what another one writes.
TRESPASS = """
import sys
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from shared.settings import DatabaseSettings, load
engine = create_engine(load(DatabaseSettings).database_url.get_secret_value())
try:
    with engine.begin() as connection:
        connection.execute(text(f"DELETE FROM {sys.argv[1]}"))
except ProgrammingError as error:
    print(error.orig)
"""


def look_around(system: Containers, service: str) -> dict[str, Any]:
    """Return what a process in the container of a service finds."""
    found: dict[str, Any] = json.loads(inside(system, service, LOOK_AROUND))
    return found


def inside(system: Containers, service: str, program: str, *arguments: str) -> str:
    """Run a program in the container of a service, as the service."""
    return system.compose("exec", "-T", service, "python", "-c", program, *arguments)


@EACH
def test_process_is_nobody_on_a_closed_file_system_without_tools(
    system: Containers, service: str
) -> None:
    assert look_around(system, service) == {
        "user": 10001,
        "capabilities": "0000000000000000",
        "closed": True,
        "tools": [],
        "tests": [],
        "passwords": [],
    }


@pytest.mark.parametrize(
    ("service", "foreign"),
    [
        ("collector", "promotions"),
        ("trainer", "observations"),
        ("registry-gate", "observations"),
        ("api", "promotions"),
    ],
)
def test_service_is_refused_what_it_does_not_own(
    system: Containers, service: str, foreign: str
) -> None:
    told = inside(system, service, TRESPASS, foreign)
    assert told.startswith(f"permission denied for table {foreign}")


def test_processes_end_by_themselves_when_told_to(system: Containers) -> None:
    """Killed after its patience, a container would end with 137."""
    system.compose("stop", *OURS)
    try:
        ends = {service: system.container(service)["State"]["ExitCode"] for service in OURS}
        assert ends == dict.fromkeys(OURS, 0)
    finally:
        system.up()
