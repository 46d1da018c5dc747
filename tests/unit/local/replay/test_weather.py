"""What a recorded source tells, and what is done to it on purpose."""

from datetime import date, timedelta

import pytest

from local.replay.weather import Injected, Weather, What
from shared.errors import ClimateError
from shared.forecasting.variables import Variable

MAXIMUM, RAIN = Variable.TEMPERATURE_MAX, Variable.PRECIPITATION
FIRST = date(2022, 1, 1)
DAYS = {FIRST + timedelta(days=n): {MAXIMUM: 20.0, RAIN: 1.0} for n in range(60)}


def told(injected: str, *, after: int, until: int) -> dict[int, float | None]:
    weather = Weather(DAYS, [Injected.parse(injected)] if injected else [])
    days = weather.told(after=FIRST + timedelta(days=after), until=FIRST + timedelta(days=until))
    assert {values[RAIN] for values in days.values()} <= {1.0}
    return {(day - FIRST).days: values[MAXIMUM] for day, values in days.items()}


def test_days_after_the_last_known_one_are_told_and_none_of_the_future() -> None:
    assert told("", after=10, until=12) == {11: 20.0, 12: 20.0}


def test_shifted_sensor_reads_so_much_more_from_its_day_on() -> None:
    assert told("shift@2022-01-12:2", after=9, until=11) == {10: 20.0, 11: 22.0}


def test_revision_tells_the_month_before_it_again_once() -> None:
    again = told("revision@2022-02-10:0.5", after=39, until=40)
    assert again == dict.fromkeys(range(10, 40), 20.5) | {40: 20.0}
    assert told("revision@2022-02-10:0.5", after=40, until=41) == {41: 20.0}


def test_source_is_away_for_so_many_days() -> None:
    weather = Weather(DAYS, [Injected.parse("outage@2022-01-05:3")])
    away = [n for n in range(10) if weather.is_away(FIRST + timedelta(days=n))]
    assert away == [4, 5, 6]


def test_amount_may_be_left_out() -> None:
    assert Injected.parse("outage@2022-06-01") == Injected(What.OUTAGE, date(2022, 6, 1), 60.0)


def test_it_may_be_done_at_one_site_alone() -> None:
    here = Injected.parse("shift@2022-03-01:2@basel")
    assert here == Injected(What.SHIFT, date(2022, 3, 1), 2.0, "basel")
    assert (here.is_at("basel"), here.is_at("fes")) == (True, False)
    assert Injected.parse("shift@2022-03-01").is_at("fes")


@pytest.mark.parametrize(
    "words",
    [
        *("drought@2022-01-01", "shift", "shift@yesterday", "shift@2022-01-01:much"),
        "shift@2022-01-01:2@basel@fes",
    ],
)
def test_what_is_no_injection_is_refused_with_how_to_write_one(words: str) -> None:
    with pytest.raises(ClimateError, match="WHAT@DATE"):
        Injected.parse(words)
