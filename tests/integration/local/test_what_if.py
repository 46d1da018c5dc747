"""What if: the system notices what is injected, handles it, and its report says how."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from local.command.replay_report import origin_of, records_of
from local.replay.opening import opened
from local.report import Origin, Record
from local.report.explaining import noticed
from shared.contracts.sites import DEFAULT_SITE
from tests.support.replays import FIRST, finish_replay

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def _live(home: Path, injected: str, *, days: int) -> tuple[Record, Origin]:
    finish_replay(home, [injected], days=days)
    with opened(home) as replay:
        (record,) = records_of(replay, DEFAULT_SITE.site_id)
        return record, origin_of(replay, DEFAULT_SITE.site_id)


def _told(record: Record, origin: Origin) -> str:
    (one,) = noticed(record, origin.injections)
    return " ".join(one.sentences)


def test_sensor_that_reads_two_degrees_too_warm_is_noticed_and_learned(tmp_path: Path) -> None:
    shifted_on = FIRST + timedelta(days=10)

    record, origin = _live(tmp_path, f"shift@{shifted_on}:2", days=50)

    concerns = [one for one in record.concerns if one.review_date >= shifted_on]
    assert "retrain" in {one.outcome for one in concerns}
    assert any("standard deviations" in one.reason for one in concerns)
    assert record.trainings > 50 // 7 + 1  # one was asked for out of turn
    assert "standard deviations" in _told(record, origin)


def test_source_that_was_away_for_sixty_days_is_caught_up_with(tmp_path: Path) -> None:
    away_from, back_on = FIRST + timedelta(days=8), FIRST + timedelta(days=68)

    record, origin = _live(tmp_path, f"outage@{away_from}:60", days=76)

    issued = {fan.reference_date for fan in record.fans}
    assert not any(away_from <= day < back_on for day in issued)
    assert {back_on, record.last_date - timedelta(days=1)} <= issued
    assert record.last_date == FIRST + timedelta(days=75)
    (silence,) = record.silences
    assert (silence.first_date, silence.days) == (away_from, 60)
    assert "60 days" in _told(record, origin)


def test_models_damaged_on_their_way_are_refused_and_the_champion_stays(tmp_path: Path) -> None:
    broken_from = FIRST + timedelta(days=7)
    is_broken = {broken_from + timedelta(days=n) for n in range(7)}

    record, origin = _live(tmp_path, f"broken-model@{broken_from}:7", days=22)

    decided = {_day(one.decided_at.date()): one.outcome for one in record.decisions}
    meanwhile = [one for one in record.decisions if _day(one.decided_at.date()) in is_broken]
    assert {one.outcome for one in meanwhile} == {"reject"}
    assert {outcome for day, outcome in decided.items() if day not in is_broken} != {"reject"}
    assert {fan.reference_date for fan in record.fans} >= is_broken
    assert "artifact" in _told(record, origin)


def _day(morning: date) -> date:
    """Return the observed day after which something happened in the morning."""
    return morning - timedelta(days=1)
