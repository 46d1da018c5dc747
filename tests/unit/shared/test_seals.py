"""Seals: the same content gives the same digest, any other content another."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.seals import NO_SEAL, canonical, seal
from shared.forecasting.variables import Variable

ROW = {
    "id": UUID(int=7),
    "variable": Variable.TEMPERATURE_MAX,
    "at": datetime(2026, 11, 23, 14, tzinfo=UTC),
    "day": date(2026, 11, 23),
    "value": [21.5, float("nan")],
    "criteria": [{"criterion": "r2", "observed": None, "verdict": "pass"}],
    "content": b"\x00\xff",
    "is_final": True,
}


def test_order_of_columns_and_time_zone_of_a_time_do_not_matter() -> None:
    elsewhere = ROW["at"].astimezone(timezone(timedelta(hours=5)))  # type: ignore[attr-defined]
    turned = dict(reversed(list((ROW | {"at": elsewhere}).items())))
    assert seal(NO_SEAL, turned) == seal(NO_SEAL, ROW)


def test_column_that_is_null_changes_nothing() -> None:
    assert seal(NO_SEAL, ROW | {"added_later": None}) == seal(NO_SEAL, ROW)


@pytest.mark.parametrize("name", list(ROW))
def test_every_column_counts(name: str) -> None:
    assert seal(NO_SEAL, ROW | {name: "else"}) != seal(NO_SEAL, ROW)
    assert seal(NO_SEAL, ROW | {name: None}) != seal(NO_SEAL, ROW)


def test_what_was_sealed_before_counts() -> None:
    assert seal(seal(NO_SEAL, {}), ROW) != seal(NO_SEAL, ROW)


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_floats_are_told_apart_to_the_last_bit(one: float, other: float) -> None:
    assert (canonical([one]) == canonical([other])) == (one.hex() == other.hex())


def test_what_has_no_canonical_form_is_refused() -> None:
    with pytest.raises(TypeError, match="set has no canonical form"):
        canonical({"a": {1, 2}})
