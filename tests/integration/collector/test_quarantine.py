"""The quarantine on a real database: what is held, and what becomes of it."""

from datetime import date

import pytest
from sqlalchemy import select

from collector.errors import FindingRefused
from collector.payloads.store import SqlPayloadStore
from collector.quarantine import QuarantinedValue, State, drop, list_findings, read_again, release
from shared.adapters.database import SessionFactory
from shared.adapters.observations import load_history
from shared.adapters.tables import events
from shared.contracts.provenance import Provenance
from shared.forecasting.variables import Variable
from tests.support.collecting import A_DAY, YESTERDAY, House
from tests.support.database import SITE_ID
from tests.support.open_meteo import kept_answer
from tests.support.sources import FakeSource, ordinary

MAX, MIN, RAIN = Variable.TEMPERATURE_MAX, Variable.TEMPERATURE_MIN, Variable.PRECIPITATION
DAY = YESTERDAY - 2 * A_DAY
WRONG = 48.0  # possible, but far from both days beside it


@pytest.fixture
def source() -> FakeSource:
    """Return a source with one value that is not believed."""
    return FakeSource(values={(DAY, MAX): WRONG})


@pytest.fixture
def house(sessions: SessionFactory, source: FakeSource) -> House:
    """Return a collector that has collected that value."""
    using = House(sessions, {Provenance.OPEN_METEO: source})
    using.run(YESTERDAY - A_DAY)
    return using


def held(sessions: SessionFactory, *states: State) -> list[QuarantinedValue]:
    with sessions.begin() as session:
        return list_findings(session, states=states or ("held",))


def stored(sessions: SessionFactory, variable: Variable = MAX, day: date = DAY) -> float:
    with sessions.begin() as session:
        history = load_history(session, SITE_ID)
    return float(history.column(variable)[history.position(day)])


def announced(sessions: SessionFactory) -> int:
    with sessions.begin() as session:
        return len(session.execute(select(events.c.event_id)).all())


def collect_again(house: House, days: int = 1) -> None:
    house.run(YESTERDAY - A_DAY + days * A_DAY)


@pytest.mark.usefixtures("house")
def test_held_value_is_stored_as_missing_and_the_rest_of_the_day_stands(
    sessions: SessionFactory,
) -> None:
    (finding,) = held(sessions)
    assert (finding.valid_date, finding.variable, finding.value) == (DAY, MAX, WRONG)
    assert finding.reason.startswith("temperature_2m_max 48 °C is 23.7 °C away")
    assert stored(sessions) != stored(sessions)
    assert stored(sessions, MIN) == ordinary(MIN, DAY)


def test_same_value_again_is_the_same_finding(house: House, sessions: SessionFactory) -> None:
    collect_again(house)
    assert len(held(sessions)) == 1


def test_released_value_stands_and_is_never_held_again(
    house: House, sessions: SessionFactory
) -> None:
    (finding,) = held(sessions)
    before = announced(sessions)
    with sessions.begin() as session:
        released = release(session, finding.finding_id, by="ada")
    assert (released.state, released.resolved_by) == ("released", "ada")
    assert stored(sessions) == WRONG
    assert announced(sessions) == before + 1
    collect_again(house)
    assert stored(sessions) == WRONG
    assert held(sessions) == []


def test_dropped_value_stays_out(house: House, sessions: SessionFactory) -> None:
    (finding,) = held(sessions)
    with sessions.begin() as session:
        drop(session, finding.finding_id, by="ada")
    collect_again(house)
    assert held(sessions) == []
    assert held(sessions, "dropped")[0].resolved_by == "ada"
    assert stored(sessions) != stored(sessions)


def test_value_that_cannot_be_weather_is_never_released(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    source.values[DAY, MAX] = 70.0
    collect_again(house)
    (finding,) = (one for one in held(sessions) if one.check == "bounds")
    with sessions.begin() as session, pytest.raises(FindingRefused, match="any place on earth"):
        release(session, finding.finding_id, by="ada")
    with sessions.begin() as session:
        assert drop(session, finding.finding_id, by="ada").state == "dropped"


def test_decision_can_be_undone_by_the_other_one(house: House, sessions: SessionFactory) -> None:
    (finding,) = held(sessions)
    with sessions.begin() as session:
        release(session, finding.finding_id, by="ada")
    with sessions.begin() as session:
        drop(session, finding.finding_id, by="ben")
    assert stored(sessions) != stored(sessions)
    collect_again(house)
    assert stored(sessions) != stored(sessions)


def test_later_value_that_passes_supersedes_what_was_held(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    source.values[DAY, MAX] = 24.4
    collect_again(house)
    assert held(sessions) == []
    (finding,) = held(sessions, "superseded")
    assert finding.resolved_by == "collector"
    assert stored(sessions) == 24.4
    with sessions.begin() as session, pytest.raises(FindingRefused, match="is superseded"):
        release(session, finding.finding_id, by="ada")


def test_value_that_comes_back_is_held_again(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    source.values[DAY, MAX] = 24.4
    collect_again(house)
    source.values[DAY, MAX] = WRONG
    collect_again(house, 2)
    assert [finding.value for finding in held(sessions)] == [WRONG]
    assert stored(sessions) == 24.4  # the last value that was believed


def test_value_believed_yesterday_comes_out_when_it_turns_out_wrong(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    """A jump on the newest day is credible; the next day shows that it was a spike."""
    newest = YESTERDAY
    source.values[newest, MIN] = ordinary(MIN, newest) - 20.0
    source.values[newest, Variable.TEMPERATURE_MEAN] = ordinary(MIN, newest) + 1.0
    collect_again(house)
    assert stored(sessions, MIN, newest) == source.values[newest, MIN]
    collect_again(house, 2)
    assert [(one.check, one.variable) for one in held(sessions) if one.variable is MIN] == [
        ("step", MIN)
    ]
    assert stored(sessions, MIN, newest) != stored(sessions, MIN, newest)


def test_two_checks_on_one_value_are_decided_on_together(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    source.values[YESTERDAY, MAX] = ordinary(MAX, YESTERDAY) - 35.0  # below the minimum as well
    collect_again(house)
    findings = [one for one in held(sessions) if one.valid_date == YESTERDAY]
    assert {one.check for one in findings} == {"consistency"}
    (maximum,) = (one for one in findings if one.variable is MAX)
    with sessions.begin() as session:
        release(session, maximum.finding_id, by="ada")
    assert stored(sessions, MAX, YESTERDAY) == source.values[YESTERDAY, MAX]
    assert {one.variable for one in held(sessions) if one.valid_date == YESTERDAY} == {
        MIN,
        Variable.TEMPERATURE_MEAN,
    }


def test_unknown_finding_is_refused_with_what_to_do(sessions: SessionFactory) -> None:
    with (
        sessions.begin() as session,
        pytest.raises(FindingRefused, match="no finding 42; `climate quarantine` lists"),
    ):
        drop(session, 42, by="ada")


@pytest.mark.usefixtures("house")
def test_day_is_read_again_from_the_newest_answer_kept(sessions: SessionFactory) -> None:
    payload_id = SqlPayloadStore(sessions).keep(
        kept_answer(DAY, temperature_2m_max=25.1, temperature_2m_min=12.0)
    )
    with sessions.begin() as session:
        assert read_again(session, SITE_ID, DAY) == [DAY]
    assert stored(sessions) == 25.1
    assert held(sessions) == []
    SqlPayloadStore(sessions).keep(
        kept_answer(DAY, temperature_2m_max=25.1, temperature_2m_min=12.0, precipitation_sum=-1.0)
    )
    with sessions.begin() as session:
        read_again(session, SITE_ID, DAY)
    (finding,) = held(sessions)
    assert (finding.variable, finding.value, finding.payload_id) == (RAIN, -1.0, payload_id + 1)


@pytest.mark.usefixtures("house")
def test_day_of_which_no_answer_is_kept_cannot_be_read_again(sessions: SessionFactory) -> None:
    with sessions.begin() as session, pytest.raises(FindingRefused, match="is kept any more"):
        read_again(session, SITE_ID, DAY)
