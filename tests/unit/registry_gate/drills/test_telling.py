"""What drills came to, in lines: a person sees at once what did not hold."""

import io
import json

from registry_gate.drills.run import Drilled
from registry_gate.drills.telling import tell
from registry_gate.terms import Outcome
from shared.forecasting.variables import Variable


def drilled(*, holds: bool) -> Drilled:
    return Drilled(
        site_id="fes",
        variable=Variable.TEMPERATURE_MAX,
        drill="stale",
        expected="up_to_date",
        outcome=Outcome.REJECT if holds else Outcome.PROMOTE,
        refused_by=("up_to_date",) if holds else (),
        holds=holds,
        sentence="Promoted: it is the first.",
    )


def test_every_drill_has_a_line_and_what_did_not_hold_says_what_was_wanted() -> None:
    to = io.StringIO()
    assert not tell([drilled(holds=True), drilled(holds=False)], to, as_json=False)
    held, failed = to.getvalue().splitlines()
    assert held == "ok  fes temperature_2m_max  stale: reject, refused by up_to_date"
    assert failed.startswith("NO  fes temperature_2m_max  stale: promoted; wanted: up_to_date.")


def test_machine_is_told_one_object_a_line() -> None:
    to = io.StringIO()
    assert tell([drilled(holds=True)] * 2, to, as_json=True)
    assert [json.loads(line)["holds"] for line in to.getvalue().splitlines()] == [True, True]
