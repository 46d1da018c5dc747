"""What a forecast may know: own history, neighbours and guidance, cut at the reference date."""

from datetime import date, timedelta

import numpy as np
import pytest

from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs, Guidance, Neighbour, inputs_of
from shared.forecasting.variables import Variable

FIRST = date(2026, 1, 1)
MAXIMUM = Variable.TEMPERATURE_MAX


def history(*values: float, first: date = FIRST) -> DailyHistory:
    return DailyHistory(first, {MAXIMUM: np.array(values)})


def neighbour(place_id: str, *values: float, first: date = FIRST) -> Neighbour:
    return Neighbour(place_id, 270.0, 300.0, history(*values, first=first))


def guidance(n_dates: int = 4) -> Guidance:
    """Return guidance whose value is the number of its reference date plus a tenth of its lead."""
    table = np.arange(n_dates)[:, np.newaxis] + np.arange(1, 8) / 10
    return Guidance(FIRST, {MAXIMUM: table})


INPUTS = ForecastInputs(history(1, 2, 3, 4), [neighbour("b", 5, 6), neighbour("a", 7)], guidance())


def test_nothing_later_than_the_reference_date_is_kept() -> None:
    known = INPUTS.until(FIRST + timedelta(days=1))
    assert known.own.last_date == date(2026, 1, 2)
    assert all(near.history.last_date <= date(2026, 1, 2) for near in known.neighbours)
    assert known.guidance is not None
    assert known.guidance.n_dates == 2


def test_nothing_earlier_than_a_day_is_kept() -> None:
    known = INPUTS.since(FIRST + timedelta(days=2))
    assert known.own.first_date == date(2026, 1, 3)
    assert known.guidance is not None
    np.testing.assert_array_equal(
        known.guidance.on(MAXIMUM, known.own.dates),
        guidance().on(MAXIMUM, known.own.dates),
    )
    assert known.neighbours[0].history.n_days == 0


def test_a_history_alone_is_inputs_with_nothing_else() -> None:
    alone = inputs_of(history(1, 2))
    assert (alone.neighbours, alone.guidance) == ((), None)
    assert alone.content_hash() == history(1, 2).content_hash()
    assert inputs_of(INPUTS) is INPUTS


def test_the_order_of_neighbours_does_not_matter() -> None:
    turned = ForecastInputs(INPUTS.own, INPUTS.neighbours[::-1], INPUTS.guidance)
    assert [near.place_id for near in turned.neighbours] == ["a", "b"]
    assert turned.content_hash() == INPUTS.content_hash()


def test_two_neighbours_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="place_id"):
        ForecastInputs(history(1), [neighbour("a", 1), neighbour("a", 2)])


def test_the_hash_changes_with_every_part() -> None:
    others = [
        ForecastInputs(history(1, 2, 3, 5), INPUTS.neighbours, INPUTS.guidance),
        ForecastInputs(INPUTS.own, INPUTS.neighbours[:1], INPUTS.guidance),
        ForecastInputs(INPUTS.own, INPUTS.neighbours, guidance(5)),
        ForecastInputs(INPUTS.own, INPUTS.neighbours),
    ]
    hashes = {INPUTS.content_hash(), *(other.content_hash() for other in others)}
    assert len(hashes) == 5


def test_values_on_days_outside_a_history_are_missing() -> None:
    days = np.array(["2025-12-31", "2026-01-02", "2026-01-03"], "datetime64[D]")
    np.testing.assert_array_equal(history(1, 2).on(MAXIMUM, days), [np.nan, 2.0, np.nan])


def test_guidance_on_reference_dates_outside_it_is_missing() -> None:
    days = np.array(["2025-12-31", "2026-01-03"], "datetime64[D]")
    found = guidance().on(MAXIMUM, days)
    assert np.isnan(found[0]).all()
    np.testing.assert_allclose(found[1], 2 + np.arange(1, 8) / 10)
    assert np.isnan(guidance().on(Variable.PRECIPITATION, days)).all()


def test_guidance_is_gathered_by_reference_date_and_lead() -> None:
    gathered = Guidance.from_reference_dates(
        {FIRST + timedelta(days=2): {MAXIMUM: {7: 9.0, 1: None}}, FIRST: {MAXIMUM: {1: 3.0}}}
    )
    assert gathered is not None
    table = gathered.values[MAXIMUM]
    assert table.shape == (3, 7)
    assert (table[0, 0], table[2, 6]) == (3.0, 9.0)
    assert np.isnan(table).sum() == 19
    assert Guidance.from_reference_dates({}) is None


def test_guidance_has_seven_leads() -> None:
    with pytest.raises(ValueError, match="seven leads"):
        Guidance(FIRST, {MAXIMUM: np.zeros((3, 6))})
