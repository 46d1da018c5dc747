"""What a fitted model leans on: how its answers change when a feature is shuffled.

After Fisher, Rudin & Dominici (2019), https://arxiv.org/abs/1801.01489, but of the answers, not of
the error: it tells what the model uses, and needs no observations.
"""

import numpy as np

from shared.forecasting.arrays import DateArray, Float32Array, FloatArray
from shared.forecasting.model import FittedModel

# Enough to order the features by.
_CASES = 120


def importances(
    model: FittedModel,
    dates: DateArray,
    features: Float32Array,
    first_guess: FloatArray,
    *,
    seed: int,
) -> dict[str, float]:
    """Return for each feature the mean square change of the correction, relative to its variance.

    Parameters
    ----------
    dates : ndarray of datetime64[D], shape (n,)
        Reference dates.
    features : ndarray of shape (n, n_features)
        Their rows of `build_features`.
    first_guess : ndarray of shape (n, 7)
        `Baseline.first_guess` of them.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.permutation(len(dates))[:_CASES]
    dates, features, first_guess = dates[drawn], features[drawn], first_guess[drawn]
    answers = model.correction(dates, features, first_guess)
    spread = float(answers.var())
    order = rng.permutation(len(drawn))
    found = {}
    for place, feature in enumerate(model.specification.features):
        shuffled = features.copy()
        shuffled[:, place] = features[order, place]
        change = float(((model.correction(dates, shuffled, first_guess) - answers) ** 2).mean())
        found[feature.name] = change / spread if spread > 0.0 else 0.0
    return found
