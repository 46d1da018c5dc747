"""Recorded days are read as they are, and played where they belong."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from collector.recorded.library import read_library
from collector.simulator.climate import MARRAKECH
from collector.stand_in.query import Place
from shared.errors import ConfigurationError
from shared.forecasting.variables import Variable
from tests.support.data import SHARED_DATA
from tests.support.recorded import LONDON, made_up_library

PLACES = "place,latitude,longitude,elevation_m,timezone,position\n"


def folder_with(tmp_path: Path, *, places: str, days: str) -> Path:
    (tmp_path / "oran").mkdir()
    (tmp_path / "places.csv").write_text(PLACES + places, encoding="utf-8")
    (tmp_path / "oran" / "daily.csv").write_text(days, encoding="utf-8")
    return tmp_path


def test_recordings_are_read_with_their_gaps(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path,
        places="oran,35.69,-0.64,,Africa/Algiers,source\nnowhere,1,2,,UTC,source\n",
        days="date,temperature_2m_max,wind_speed_10m_max\n2022-01-01,17.5,\n2022-01-03,18.0,9.5\n",
    )
    (oran,) = read_library(folder).recordings
    assert oran.position == (35.69, -0.64)
    assert oran.elevation is None
    assert oran.history.first_date == date(2022, 1, 1)
    np.testing.assert_array_equal(
        oran.history.column(Variable.TEMPERATURE_MAX), [17.5, np.nan, 18.0]
    )
    np.testing.assert_array_equal(
        oran.history.column(Variable.WIND_SPEED_MAX), [np.nan, np.nan, 9.5]
    )


@pytest.mark.parametrize(
    ("places", "days"),
    [("oran,north,-0.64,,UTC,\n", "date\n2022-01-01\n"), ("oran,1,2,,UTC,\n", "day\n2022-01-01\n")],
)
def test_a_folder_that_is_not_as_it_should_be_is_refused(
    tmp_path: Path, places: str, days: str
) -> None:
    with pytest.raises(ConfigurationError, match=r"needs places\.csv"):
        read_library(folder_with(tmp_path, places=places, days=days))


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No recorded weather can be read"):
        read_library(tmp_path / "nothing")


def test_a_position_is_played_by_the_nearest_recording_within_reach() -> None:
    library = made_up_library()
    near = library.played_at(MARRAKECH._replace(latitude=32.0))
    assert near is not None
    assert (near.recording.name, near.days_late) == ("place-0", 0)
    assert library.played_at(Place(0.0, 0.0, 0.0)) is None


def test_copies_are_played_anywhere_and_always_the_same() -> None:
    library = made_up_library(copies=True)
    anywhere = [Place(10.0 + n / 7, 20.0, 0.0) for n in range(200)]
    played = [library.played_at(place) for place in anywhere]
    assert played == [library.played_at(place) for place in anywhere]
    kinds = {(copy.recording.name, copy.days_late) for copy in played if copy}
    assert kinds == {(name, late) for name in ("place-0", "place-1") for late in range(7)}
    at_home = library.played_at(LONDON)
    assert at_home is not None
    assert at_home.days_late == 0


def test_the_recordings_beside_the_repository_can_be_served() -> None:
    if not (SHARED_DATA / "places.csv").exists():
        pytest.skip("no ../shared/data/places.csv on this machine")
    library = read_library(SHARED_DATA)
    marrakech = next(known for known in library.recordings if known.name == "marrakech")
    assert len(library.recordings) > 20
    assert marrakech.history.column(Variable.TEMPERATURE_MAX)[0] == 24.9  # 2018-01-01, daily.csv
