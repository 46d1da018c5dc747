"""Years of autonomous operation: how long they take, and the gate beside simpler policies."""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from benchmarks.replay.running import GATE, LOWER_RMSE, Replayed, Span, replayed_span
from benchmarks.report import Cell, Report, Table, write_report
from benchmarks.setting import Setting
from benchmarks.skill.places import DATA
from collector.importing.reading import read_file
from collector.importing.table import untracked

#: How many of the last days of each place are replayed, unless this variable says otherwise.
DAYS_VARIABLE, DAYS = "CLIMATE_BENCH_REPLAY_DAYS", 365
POLICIES = (GATE, "always", "never", LOWER_RMSE)
#: Places of different climates and sources, none the same weather as another.
PLACES = (
    "marrakech", "basel", "stockholm", "szeged", "rome", "london", "berlin", "agadir", "fes",
    "sydney", "adelaide", "alice-springs",
)  # fmt: skip

_UNFINISHED = "replay.unfinished"
_FOUR_YEARS = (date(2020, 1, 1), date(2023, 12, 31))
# Marrakech has nothing for 619 days after this one.
_LAST_DAYS = {"marrakech": _FOUR_YEARS[1]}

_NOTES = """
Four years: Marrakech 2020-2023, retrained weekly, five variables, three families, seven leads; \
the policies gate, always and never side by side, by `climate replay` with its defaults.
Memory is that of the replay and of the processes that train, after a tenth of the days and at the \
end; its private PostgreSQL is not among it.
Places: the policies gate, always, never and lower-rmse over the last {days} days of each.
The error is the RMSE of what the champion of each policy forecast, averaged over variables; the \
best policy is the best at each place, chosen in hindsight. Ratios are averaged over the places.
lower-rmse compares recipes on the same cases, so a model that is only newer never wins. The rule \
that takes every lower RMSE of those the models were registered with, each of the year before its \
own training, is not lived through: its promotions are counted from the record.
"""


def run(setting: Setting) -> Report:
    """Replay and compare."""
    days = int(os.environ.get(DAYS_VARIABLE, DAYS))
    figures: dict[str, float] = {}
    if not setting.places:
        figures = _four_years(setting)
    replayed: list[Replayed] = []
    for one in _places(setting, days):
        replayed.append(one)
        # What is there when somebody loses patience; the places are found again the next time.
        write_report(_UNFINISHED, _report(figures, replayed, days), setting.results)
    return _report(figures, replayed, days)


def _report(figures: Mapping[str, float], replayed: Sequence[Replayed], days: int) -> Report:
    all_figures = {**figures, **_ratios(replayed)}
    return Report(
        figures={name: round(value, 4) for name, value in all_figures.items()},
        tables={"places": _table(replayed)},
        notes=_NOTES.format(days=days).strip().splitlines(),
    )


def _four_years(setting: Setting) -> dict[str, float]:
    first, last = _FOUR_YEARS
    span = Span("marrakech", DATA / "marrakech" / "daily.csv", first, last)
    with setting.steps("four years of Marrakech", 1) as tick:
        found = replayed_span(
            span, POLICIES[:3], setting.cache / "replay" / "four-years", fresh=True
        )
        tick("marrakech")
    first_mb, last_mb = found.rss_mb
    return {
        "seconds_4_years": found.seconds,
        "rss_mb_after_a_tenth": first_mb,
        "rss_mb_at_the_end": last_mb,
    }


def _places(setting: Setting, days: int) -> Iterator[Replayed]:
    names = setting.places or PLACES
    with setting.steps("places", len(names)) as tick:
        for name in names:
            home = setting.cache / "replay" / f"{name}-{days}"
            one = replayed_span(_span(name, days), POLICIES, home, fresh=setting.fresh)
            tick(_words(one))
            yield one


def _words(one: Replayed) -> str:
    return (
        f"{one.place}, gate {one.promotions[GATE]} promotions, {LOWER_RMSE} "
        f"{one.promotions[LOWER_RMSE]}, gate's error beside the best {one.ratio_to_best:.4f}"
    )


def _span(name: str, days: int) -> Span:
    data = DATA / name / "daily.csv"
    observed = read_file(data, today=date.today(), track=untracked).days  # noqa: DTZ011 - a bound
    last = min(max(observed), _LAST_DAYS.get(name, date.max))
    return Span(name, data, last - timedelta(days=days - 1), last)


def _ratios(found: Sequence[Replayed]) -> Mapping[str, float]:
    return {
        "error_ratio_to_best_policy": float(np.mean([one.ratio_to_best for one in found])),
        "worst_error_ratio_to_best_policy": max(one.ratio_to_best for one in found),
        "promotion_ratio_to_lower_rmse": (
            sum(one.promotions[GATE] for one in found)
            / max(sum(one.promotions[LOWER_RMSE] for one in found), 1)
        ),
        "promotion_ratio_to_lower_registered_rmse": (
            sum(one.promotions[GATE] for one in found)
            / max(sum(one.lower_registered for one in found), 1)
        ),
        "places": float(len(found)),
    }


def _table(found: Sequence[Replayed]) -> Table:
    columns = (
        "place",
        *(f"{policy}: promotions" for policy in POLICIES),
        "lower registered rmse: promotions",
        *(f"{policy}: error beside gate" for policy in POLICIES[1:]),
        "gate beside best",
        "seconds",
    )
    rows: list[tuple[Cell, ...]] = [
        (
            one.place,
            *(one.promotions[policy] for policy in POLICIES),
            one.lower_registered,
            *(one.errors[policy] for policy in POLICIES[1:]),
            one.ratio_to_best,
            one.seconds,
        )
        for one in found
    ]
    return Table("Policies", columns, rows)
