"""The book of weeks: any week can be looked at, each beside what came of it."""

import re

from local.report.weekbook import HEIGHT, WIDTH, week_cards
from tests.unit.local.report.records import record, verified


def corners(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([-\d.]+) ([-\d.]+)", path)]


def test_there_is_a_card_for_each_week_by_year() -> None:
    book = week_cards(record())
    assert {year: [card.title for card in cards] for year, cards in book.items()} == {
        2021: ["31 December 2021"],
        2022: ["7 January 2022", "14 January 2022", "21 January 2022"],
    }


def test_card_says_how_far_off_the_week_was() -> None:
    (first,) = week_cards(record())[2021]
    assert re.search(r"Forecast of 31 December 2021, off by 0\.\d °C on average", first.words)


def test_week_that_has_not_come_yet_is_shown_without_what_came() -> None:
    last = week_cards(record(verified(days=5)))[2022][-1]
    assert last.came == ""
    assert "not yet observed" in last.words
    assert len(corners(last.forecast)) == 7


def test_everything_lies_on_the_card() -> None:
    for cards in week_cards(record()).values():
        for card in cards:
            for x, y in corners(card.band_95 + card.forecast + card.came):
                assert 0 <= x <= WIDTH
                assert 0 <= y <= HEIGHT
