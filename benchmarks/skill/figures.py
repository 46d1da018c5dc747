"""The figures of the part.

Ratios are made place by place and then averaged, so that no place counts for more because its
weather is harder to forecast.
"""

from collections.abc import Sequence

import numpy as np

from benchmarks.skill.references import DAMPED
from benchmarks.skill.results import OURS, PEERS, Result
from shared.forecasting.variables import LEAD_DAYS, Variable

#: The least MAE (degC, over all leads) known before of Marrakech in 2023: damped persistence for
#: maximum and mean, a ridge on lags of the anomaly for the minimum.
BEST_KNOWN = {
    Variable.TEMPERATURE_MAX: 3.20,
    Variable.TEMPERATURE_MIN: 1.80,
    Variable.TEMPERATURE_MEAN: 2.28,
}


def of_all_places(results: Sequence[Result]) -> dict[str, float]:
    """Return the figures, from one exam a place."""
    overall = np.array([result.ratio(OURS, DAMPED) for result in results])
    by_lead = np.mean([result.ratios(OURS, DAMPED) for result in results], axis=0)
    found = {
        "places": float(len(results)),
        "mae_ratio_to_damped_persistence": overall.mean(),
        "lead_1_ratio_to_damped_persistence": by_lead[0],
        "worst_lead_ratio_to_damped_persistence": by_lead.max(),
        "worst_place_ratio_to_damped_persistence": overall.max(),
        "places_worse_than_damped_persistence": float((overall > 1.0).sum()),
        "mae_ratio_to_best_peer": np.mean([_ratio_to_best_peer(r) for r in results]),
        **{f"mae_ratio_to_{peer.lower()}": _mean_ratio(results, peer) for peer in PEERS},
        "crps_ratio_to_damped_persistence": np.mean([_crps_ratio(r) for r in results]),
        "coverage_80": _pooled(results, "coverage_80"),
        "coverage_95": _pooled(results, "coverage_95"),
        **{f"lead_{lead}_ratio": by_lead[place] for place, lead in enumerate(LEAD_DAYS)},
    }
    return _rounded(found | _refitted(results))


def of_marrakech(results: Sequence[Result]) -> dict[str, float]:
    """Return our MAE in 2023 relative to the best known before, by temperature."""
    return _rounded(
        {
            f"marrakech_2023_{result.exam.short_variable}_ratio_to_best_known": (
                result.mae(OURS) / BEST_KNOWN[result.exam.variable]
            )
            for result in results
        }
    )


def _refitted(results: Sequence[Result]) -> dict[str, float]:
    ratios = np.array([r.monthly.mae / r.monthly.mae_damped_persistence for r in results])
    return {
        "refitted_mae_ratio_to_damped_persistence": ratios.mean(),
        "refitted_lead_1_ratio_to_damped_persistence": ratios[:, 0].mean(),
        "refitted_coverage_80": np.mean([r.monthly.coverage_80 for r in results]),
        "refitted_coverage_95": np.mean([r.monthly.coverage_95 for r in results]),
    }


def _ratio_to_best_peer(result: Result) -> float:
    return result.mae(OURS) / min(result.mae(peer) for peer in PEERS)


def _mean_ratio(results: Sequence[Result], reference: str) -> float:
    return float(np.mean([result.ratio(OURS, reference) for result in results]))


def _crps_ratio(result: Result) -> float:
    return float(result.marks[OURS].crps.mean() / result.marks[DAMPED].crps.mean())


def _pooled(results: Sequence[Result], coverage: str) -> float:
    """Return the share of all cases of all places inside our intervals."""
    shares = [getattr(result.marks[OURS], coverage).mean() for result in results]
    return float(np.average(shares, weights=[result.n_days for result in results]))


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in figures.items()}
