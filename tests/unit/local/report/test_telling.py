"""The sentences of a report: their numbers are those of the record."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from local.report.choosing import chosen_weeks
from local.report.explaining import bad_weeks, noticed
from local.report.facts import Injection
from local.report.record import Concern, Decision, Drift, Held
from local.report.telling import milestones, policy_lines, summary, verdict
from tests.unit.local.report.records import FIRST, VARIABLE, record, verified

SHIFT = Injection("the maximum read 2 °C too warm", FIRST + timedelta(days=100))


def test_summary_says_what_happened_with_its_numbers() -> None:
    said = summary(record())
    assert "364 days" in said
    assert "1 January 2022 to 30 December 2022" in said
    assert "trained 52 times, promoted 2 models, took none back" in said
    assert "off by 1.0 °C" in said
    assert "75\N{NO-BREAK SPACE}% less squared error than damped persistence" in said


def test_summary_says_so_if_the_champion_is_the_worse() -> None:
    assert "125\N{NO-BREAK SPACE}% more squared error" in summary(record(verified(champion=3.0)))


def test_verdict_compares_promotions_and_errors() -> None:
    never = record(verified(champion=1.2), policy="never", promotions=1)
    said = verdict([record(), never])
    assert "the gate 2, never retraining 1" in said
    assert "never retraining 20.0\N{NO-BREAK SPACE}% larger" in said
    assert verdict([record()]) == ""


def test_table_of_policies_begins_with_the_one_the_report_is_about() -> None:
    own, other = policy_lines([record(), record(verified(champion=0.9), policy="custom")])
    assert (own.name, own.promotions, own.errors, own.beside) == ("the gate", 2, ("1.00",), "")
    assert other.name == "custom"
    assert other.beside.endswith("smaller")


def test_weeks_are_chosen_by_what_came() -> None:
    chosen = chosen_weeks(record())
    # Fans of 20, 21, 22 and 23 degrees, observed around 20: the last one is also the worst.
    assert [(name, fan.value[0]) for name, fan in chosen] == [
        ("First week", 20.0),
        ("Worst week", 23.0),
    ]


def test_weeks_that_are_not_over_are_not_chosen() -> None:
    assert chosen_weeks(record(verified(days=5))) == []


def test_worst_week_comes_first_and_says_what_was_better() -> None:
    error = np.ones((70, 7))
    error[14:21] = 6.0
    worst, *_ = bad_weeks(record(verified(days=70, champion=error)), [])
    assert worst.days == "15 January 2022 to 21 January 2022"
    assert worst.error == "6.0 °C"
    assert "4.0 °C above what is usual" in worst.why
    assert "Damped persistence did better: 2.0 °C." in worst.why


def test_worst_week_names_what_was_injected_then() -> None:
    told = [one.why for one in bad_weeks(record(verified(days=98)), [SHIFT])]
    assert not any("Injected" in why for why in told)
    early = replace(SHIFT, first_date=FIRST, last_date=FIRST + timedelta(days=3))
    told = [one.why for one in bad_weeks(record(verified(days=14)), [early])]
    assert [("Injected" in why) for why in told] == [True, False]


def test_injection_is_followed_by_what_the_system_did() -> None:
    day = SHIFT.first_date
    found = replace(
        record(),
        held=[Held(VARIABLE, "beyond_records", day, 3)],
        drifts=[Drift(VARIABLE, day + timedelta(days=7), "The errors differ.")],
        concerns=[Concern(VARIABLE, day + timedelta(days=9), "retrain", "Errors drift.")],
        decisions=[
            Decision(
                VARIABLE, "rollback", "roll_back", "Worse for 10 days.", "review",
                datetime.combine(day + timedelta(days=12), datetime.min.time(), UTC),
            ),
            rejected("Rejected, the champion is no worse.", day),
        ],
    )  # fmt: skip
    (told,) = noticed(found, [SHIFT])
    assert told.sentences[:-1] == (
        "The same day, 3 values held back by the checks (beyond records).",
        "After 7 days, maximum temperature: The errors differ.",
        "After 9 days, maximum temperature: Errors drift.",
        "After 12 days, maximum temperature: Worse for 10 days.",
    )


def rejected(reason: str, day: date, *, is_fault: bool = False) -> Decision:
    at = datetime.combine(day, datetime.min.time(), UTC)
    return Decision(VARIABLE, "judgement", "reject", reason, "registry-gate", at, is_fault)


def test_candidate_that_fails_what_all_must_pass_is_told_and_one_that_is_no_better_is_not() -> None:
    day = SHIFT.first_date + timedelta(days=3)
    no_better, broken = rejected("No better.", day), rejected("Damaged.", day, is_fault=True)
    (told,) = noticed(replace(record(), decisions=[no_better, broken]), [SHIFT])
    assert told.sentences[:-1] == ("After 3 days, maximum temperature: Damaged.",)


def test_injection_that_nobody_noticed_is_told_too() -> None:
    (told,) = noticed(record(), [SHIFT])
    assert told.sentences[0] == "Nothing was noticed within 90 days."


def test_what_is_noticed_after_the_next_injection_is_not_because_of_the_one_before() -> None:
    later = replace(SHIFT, first_date=SHIFT.first_date + timedelta(days=20))
    broken = rejected("Damaged.", later.first_date + timedelta(days=1), is_fault=True)
    first, second = noticed(replace(record(), decisions=[broken]), [SHIFT, later])
    assert first.sentences[0] == "Nothing was noticed within 19 days."
    assert second.sentences[0] == "After 1 day, maximum temperature: Damaged."


def test_injection_is_followed_by_how_the_errors_went_on() -> None:
    error = np.ones((364, 7))
    error[100:107] = 3.0
    error[121:128] = 1.5
    (told,) = noticed(record(verified(champion=error)), [SHIFT])
    assert told.sentences[-1] == (
        "The next day's maximum temperature was off by 1.0 °C on average in the four weeks before, "
        "by 3.0 in the first week and by 1.5 in the fourth."
    )


def test_outage_is_followed_by_the_errors_after_it() -> None:
    error = np.ones((364, 7))
    error[100:160] = np.nan
    error[160:167] = 2.0
    away = Injection("the source was away", SHIFT.first_date, FIRST + timedelta(days=159))
    (told,) = noticed(record(verified(champion=error)), [away])
    assert "by 2.0 in the first week after it and by 1.0 in the fourth" in told.sentences[-1]


@pytest.mark.parametrize("asked_by", ["registry-gate", "somebody"])
def test_milestones_name_a_person_who_asked(asked_by: str) -> None:
    (decision, *_) = record().decisions
    found = replace(record(), decisions=[replace(decision, asked_by=asked_by)])
    (one,) = milestones(found)
    assert ("somebody" in one.title) == (asked_by == "somebody")
