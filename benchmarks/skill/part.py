"""The skill of our forecasts beside references and other libraries, on a year nobody has seen."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from benchmarks.report import Report
from benchmarks.setting import Setting
from benchmarks.skill import figures, tables
from benchmarks.skill.exam import FULLY_EXAMINED, Exam, set_exams
from benchmarks.skill.examining import examine
from benchmarks.skill.places import DATA, load_places
from benchmarks.skill.plot import plot_skill
from benchmarks.skill.results import PEERS, Result
from shared.forecasting.variables import Variable

_NOTES = """
Everybody learns from the days before the last 365 and forecasts seven days from each of these.
Scored are the reference dates on which all gave an answer and all seven days came.
Ours: the trainer's own tuning, backtest, choice of family and export, on those earlier days alone.
Then the artifact is asked day by day as the API does. It is not fitted again, nor are the peers.
"refitted": the winner's recipe and damped persistence, both fitted again each month of the year.
AutoARIMA has three pairs of Fourier terms (statsforecast); LightGBM on lags (mlforecast) recurses.
Gaps are bridged for both, from the past.
CRPS is the weighted interval score of median, 80 % and 95 % interval, for all alike.
Ratios are made place by place and averaged; the best peer is the better one of each place.
"""


def run(setting: Setting) -> Report:
    """Examine everybody at every place."""
    exams = [
        exam
        for exam in set_exams(load_places())
        if exam.place in setting.places or not setting.places
    ]
    if not exams:
        raise SystemExit(f"None of these places has enough data: {', '.join(setting.places)}.")
    results = _examined(exams, setting)
    maxima = [r for r in results if r.exam.variable is Variable.TEMPERATURE_MAX]
    plot = setting.results / "skill.png"
    plot_skill(maxima, plot)
    fully = [r for r in results if r.exam.place == FULLY_EXAMINED]
    return Report(
        figures=figures.of_all_places(maxima) | figures.of_marrakech(fully),
        tables={
            "by_place": tables.by_place(maxima),
            "by_forecaster": tables.by_forecaster(maxima),
            "by_lead": tables.by_lead(maxima),
            "coverage_by_lead": tables.coverage_by_lead(maxima),
            **({"marrakech_2023": tables.marrakech(fully)} if fully else {}),
        },
        notes=[*_NOTES.strip().splitlines(), _said_of_cache(results), f"Plot: {plot.name}"],
        warnings=_warnings(results),
    )


def _examined(exams: Sequence[Exam], setting: Setting) -> list[Result]:
    """Run the exams in processes of their own, and return their results in order."""
    context = multiprocessing.get_context("spawn")
    found: dict[str, Result] = {}
    with (
        ProcessPoolExecutor(setting.jobs, mp_context=context) as pool,
        setting.steps("skill", len(exams)) as tick,
    ):
        running = [
            pool.submit(examine, exam, setting.cache / "skill", fresh=setting.fresh)
            for exam in exams
        ]
        for future in as_completed(running):
            result = future.result()
            found[result.exam.name] = result
            tick(f"{result.exam.name}, {result.family}, {result.seconds_of_ours:.0f} s of training")
    return [found[exam.name] for exam in exams]


def _said_of_cache(results: Sequence[Result]) -> str:
    n_kept = sum(result.n_kept for result in results)
    n_all = len(results) * len(PEERS)
    return (
        f"{n_kept} of {n_all} series of the peers' forecasts were kept from an earlier run on the "
        "same data with the same versions; FRESH=1 makes them again."
    )


def _warnings(results: Sequence[Result]) -> list[str]:
    if not any(result.exam.is_simulated for result in results):
        return []
    return [f"SIMULATED WEATHER, which says little about skill: there is nothing in {DATA}."]
