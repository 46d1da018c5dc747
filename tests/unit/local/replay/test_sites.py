"""Sites of a replay from files: one file, or a folder of places."""

from datetime import date
from pathlib import Path

import pytest

from local.replay.sites import ALL, from_files, spanned
from shared.errors import ClimateError

TODAY = date(2022, 1, 10)
HEADER = "date,temperature_2m_max,temperature_2m_min\n"


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """Return a folder of two places with three days each."""
    rows = ["place,latitude,longitude,elevation_m,timezone"]
    for name, latitude in (("basel", 47.5), ("fes", 34.0)):
        rows.append(f"{name},{latitude},7.5,,UTC")
        (tmp_path / name).mkdir()
        days = "".join(f"2022-01-0{n},10.0,{n}.5\n" for n in (1, 2, 3))
        (tmp_path / name / "daily.csv").write_text(HEADER + days, encoding="utf-8")
    (tmp_path / "places.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def test_all_places_of_a_folder_are_found_where_they_lie(places: Path) -> None:
    found = from_files(places, [ALL], today=TODAY)
    assert {name: site.latitude for name, (site, _) in found.items()} == {
        "basel": 47.5,
        "fes": 34.0,
    }
    assert all(len(days) == 3 for _, days in found.values())


def test_file_of_a_place_finds_its_position_two_folders_up(places: Path) -> None:
    found = from_files(places / "fes" / "daily.csv", ["fes"], today=TODAY)
    assert found["fes"][0].latitude == 34.0


def test_days_are_those_of_the_data_unless_others_are_asked_for(places: Path) -> None:
    found = from_files(places, ["basel"], today=TODAY)
    assert spanned(found, None, None) == (date(2022, 1, 1), date(2022, 1, 3))
    assert spanned(found, date(2022, 1, 2), None) == (date(2022, 1, 2), date(2022, 1, 3))


def test_what_cannot_be_replayed_is_refused_with_a_sentence(places: Path) -> None:
    with pytest.raises(ClimateError, match="tells where 'paris' is"):
        from_files(places, ["paris"], today=TODAY)
    with pytest.raises(ClimateError, match="is a file, of one site"):
        from_files(places / "fes" / "daily.csv", [ALL], today=TODAY)
    found = from_files(places, ["fes"], today=TODAY)
    with pytest.raises(ClimateError, match="is before"):
        spanned(found, date(2022, 1, 3), date(2022, 1, 1))
    with pytest.raises(ClimateError, match="observed from 2022-01-01 to 2022-01-03"):
        spanned(found, date(2023, 1, 1), date(2023, 2, 1))
