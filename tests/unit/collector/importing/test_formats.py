"""A file is known by its content, whatever it is called; what is known of none says what is."""

import pytest

from collector.errors import FileRefused
from collector.importing.formats import FORMATS, format_of
from collector.importing.table import untracked

BEGINNINGS = [
    ('{"daily": {}}', "Open-Meteo JSON"),
    ("[]", "Open-Meteo JSON"),
    ("TEST0000001202001TMAX  105  S", "NOAA GHCN-Daily (.dly)"),
    ("TEST0000001,20200101,TMAX,105,,,S,", "NOAA GHCN-Daily (by station)"),
    ("ID,DATE,ELEMENT,DATA_VALUE,M_FLAG,Q_FLAG,S_FLAG,OBS_TIME", "NOAA GHCN-Daily (by station)"),
    ('"STATION","DATE","TMAX","TMAX_ATTRIBUTES"', "NOAA GHCN-Daily (station table)"),
    ('"STATION","DATE","TEMP","MXSPD","PRCP","PRCP_ATTRIBUTES","FRSHTT"', "NOAA GSOD"),
    ("2020-01-01,10.1,5.2,15.3,0.0,,270,12.1,38.9,1015.2,", "Meteostat daily"),
    ("date,tavg,tmin,tmax,prcp,snow", "Meteostat daily"),
    ("year,month,day,temp,temp_source,tmin,tmin_source", "Meteostat daily"),
    ("time,temp,tmin,tmax,rhum", "Meteostat daily"),
    ("latitude,longitude\n1,2\n\ntime,precipitation_sum (mm)", FORMATS[-1].name),
    ("date,temperature_2m_max", FORMATS[-1].name),
    ("", FORMATS[-1].name),
]


@pytest.mark.parametrize(("text", "name"), BEGINNINGS)
def test_format_is_known_by_how_a_file_begins(text: str, name: str) -> None:
    assert format_of(text).name == name


@pytest.mark.parametrize(("text", "name"), BEGINNINGS)
def test_one_format_alone_claims_a_file(text: str, name: str) -> None:
    claims = [known.name for known in FORMATS[:-1] if known.recognises(text)]
    assert claims == [claim for claim in (name,) if claim != FORMATS[-1].name]


@pytest.mark.parametrize("text", ["day;tmax\n", "<html>\n", "%PDF-1.7\n", "Station,Fes\n"])
def test_file_of_no_format_is_refused_with_all_there_are(text: str) -> None:
    with pytest.raises(FileRefused, match=r"Open-Meteo .*Meteostat, NOAA's GHCN-Daily .*GSOD"):
        format_of(text).read(text, untracked)
