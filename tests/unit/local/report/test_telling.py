"""The sentences of a report: their numbers are those of the record."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

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
            )
        ],
    )  # fmt: skip
    (told,) = noticed(found, [SHIFT])
    assert told.sentences == (
        "The same day, 3 values held back by the checks (beyond records).",
        "After 7 days, maximum temperature: The errors differ.",
        "After 9 days, maximum temperature: Errors drift.",
        "After 12 days, maximum temperature: Worse for 10 days.",
    )


def test_injection_that_nobody_noticed_is_told_too() -> None:
    (told,) = noticed(replace(record(), decisions=[]), [SHIFT])
    assert told.sentences == ("Nothing was noticed within 90 days.",)


@pytest.mark.parametrize("asked_by", ["registry-gate", "somebody"])
def test_milestones_name_a_person_who_asked(asked_by: str) -> None:
    (decision, *_) = record().decisions
    found = replace(record(), decisions=[replace(decision, asked_by=asked_by)])
    (one,) = milestones(found)
    assert ("somebody" in one.title) == (asked_by == "somebody")
