"""`climate sites` on a real database, as a person and as a program use it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from local.command import climate, sites
from local.stack.running import Stack
from shared.adapters.database import SessionFactory
from shared.adapters.sites import list_sites
from shared.contracts.sites import SiteState
from shared.errors import ClimateError
from tests.support.timezones import packaged_timezones

SPRINGFIELDS = {
    "results": [
        {
            "name": "Springfield", "latitude": 37.21533, "longitude": -93.29824,
            "elevation": 396.0, "timezone": "America/Chicago", "country": "United States",
            "country_code": "US", "admin1": "Missouri",
        },
        {
            "name": "Springfield", "latitude": -37.64, "longitude": 176.4,
            "timezone": "Pacific/Auckland", "country": "New Zealand", "country_code": "NZ",
        },
    ]
}  # fmt: skip


class Geocoding(BaseHTTPRequestHandler):
    """Answers every name with two towns, in the shape of Open-Meteo's geocoding."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(SPRINGFIELDS).encode())

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - as above
        """Say nothing."""


@pytest.fixture(autouse=True)
def _stack(
    database_url: str, sessions: SessionFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Run the commands on the test's database and on geocoding of this test's own."""
    del sessions
    running = SimpleNamespace(database_url=database_url)
    monkeypatch.setattr(Stack, "running_at", lambda _home: running)
    with HTTPServer(("127.0.0.1", 0), Geocoding) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/v1/search"
        monkeypatch.setenv("CLIMATE_OPEN_METEO_GEOCODING_URL", url)
        with packaged_timezones():
            yield
        server.shutdown()
        thread.join()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(climate, ["sites", *arguments])


def told(*arguments: str) -> Any:  # noqa: ANN401 - JSON
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refusal(*arguments: str) -> str:
    """Return the sentence a command ends with; `main` prints it and nothing else."""
    error = run(*arguments).exception
    assert isinstance(error, ClimateError)
    return str(error)


def test_new_stack_lists_its_default_site() -> None:
    (site,) = told()
    assert (site["site_id"], site["state"], site["ring_points"]) == ("marrakech", "active", 0)
    assert "marrakech" in run().stdout


def test_site_is_added_by_its_position_with_the_zone_of_the_place() -> None:
    added = told("add", "Cape Town", "--latitude", "-33.92", "--longitude", "18.42")
    assert added["site"]["site_id"] == "cape-town"
    assert added["site"]["timezone"] == "Africa/Johannesburg"
    assert added["is_back"] is False
    assert [site["site_id"] for site in told()] == ["cape-town", "marrakech"]


def test_site_is_added_by_its_name_and_country() -> None:
    site = told("add", "springfield", "--country", "NZ", "--id", "te-puke")["site"]
    assert (site["site_id"], site["name"], site["latitude"]) == ("te-puke", "Springfield", -37.64)
    assert site["timezone"] == "Pacific/Auckland"


def test_site_for_files_is_imported_from_the_start() -> None:
    place = ("--latitude", "31.6", "--longitude", "-8.05")
    result = run("add", "Station", *place, "--imported")
    assert "`climate import FILE --site station`" in " ".join(result.stdout.split())
    assert [site["provenance"] for site in told()] == [None, "imported"]


def test_name_of_several_places_is_listed_and_nothing_added(sessions: SessionFactory) -> None:
    assert "1  Springfield, Missouri, United States" in refusal("add", "Springfield")
    result = run("add", "Springfield", "--json")
    assert result.exit_code == 1
    assert [place["country_code"] for place in json.loads(result.stdout)["choices"]] == ["US", "NZ"]
    with sessions.begin() as session:
        assert len(list_sites(session)) == 1
    assert told("add", "Springfield", "--choose", "1")["site"]["elevation"] == 396.0


def test_person_is_asked_which_of_several_places_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sites, "someone_can_be_asked", lambda: True)
    result = CliRunner().invoke(climate, ["sites", "add", "Springfield"], input="x\n2\n")
    assert "2  Springfield, New Zealand (-37.64, 176.40)" in result.stdout
    assert "Springfield is added as springfield" in result.stdout
    assert told()[1]["timezone"] == "Pacific/Auckland"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "X", "--latitude", "1"], "Give --latitude and --longitude, or neither"),
        (["add", "X", "--latitude", "131", "--longitude", "8"], "latitude 131 is outside"),
        (["add", "X", "--latitude", "1", "--longitude", "8", "--timezone", "CET5"], "no time zone"),
        (["add", "Medina", "--latitude", "31.63", "--longitude", "-8"], "at that place already"),
        (["pause", "atlantis"], "There is no site 'atlantis'"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], said: str) -> None:
    assert said in refusal(*arguments)


def test_site_is_paused_resumed_removed_and_added_again(sessions: SessionFactory) -> None:
    assert told("pause", "marrakech")["site"]["state"] == "paused"
    assert told()[0]["state"] == "paused"
    assert "marrakech is active" in run("resume", "marrakech").stdout
    assert told("remove", "marrakech") == {"site": told_site("removed"), "jobs": 0}
    assert told() == []
    again = ("add", "Marrakech", "--latitude", "31.63", "--longitude", "-8.0")
    assert "is back as marrakech" in run(*again).stdout
    with sessions.begin() as session:
        assert list_sites(session)[0].state is SiteState.ACTIVE


def told_site(state: str) -> dict[str, object]:
    return {
        "site_id": "marrakech", "name": "Marrakech", "latitude": 31.63, "longitude": -8.0,
        "elevation": 466.0, "timezone": "Africa/Casablanca", "provenance": None, "state": state,
    }  # fmt: skip
