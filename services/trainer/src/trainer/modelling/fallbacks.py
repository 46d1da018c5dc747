"""Making the fallbacks of a model: who answers where neighbours or guidance are missing."""

from collections.abc import Iterator

from shared.errors import NotEnoughData
from shared.forecasting.backtest import (
    TrainingSet,
    plan_backtest,
    prepare_final,
    prepare_fold,
    whole_year,
)
from shared.forecasting.documents import Fallback
from shared.forecasting.families import Family
from shared.forecasting.features import FeatureSpecification, Layout
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.linear import LinearMap
from shared.forecasting.variables import Variable
from trainer.modelling.families import FAMILIES, linear_regression


def fallbacks(specification: FeatureSpecification, known: ForecastInputs) -> tuple[Fallback, ...]:
    """Return a linear model for each poorer choice of sources, the best first.

    They are not tuned, and tested on the backtest year as a whole: they answer on few days.
    """
    return tuple(_made(specification, known))


def _made(specification: FeatureSpecification, known: ForecastInputs) -> Iterator[Fallback]:
    for sources in specification.sources.poorer():
        poorer = FeatureSpecification(
            target=specification.target, sources=sources, layout=Layout.WIDE
        )
        try:
            yield _fallback(poorer, known)
        except NotEnoughData:  # then the next one, which asks for less
            continue


def _fallback(specification: FeatureSpecification, known: ForecastInputs) -> Fallback:
    plan = plan_backtest(specification, known)
    year = prepare_fold(specification, known, whole_year(plan))
    past = year.verified(year.test(year.fit(_fit)))
    final = prepare_final(specification, known, plan)
    is_rain = specification.target is Variable.PRECIPITATION
    return Fallback(
        specification=specification,
        feature_names=specification.names,
        feature_fingerprint=specification.fingerprint,
        baseline=final.baseline,
        residual_quantiles=None if is_rain else past.residual_quantiles(),
        rain_amounts=final.rain_amounts,
        calibration=past.calibration() if is_rain else None,
        linear=_fit(final.training),
    )


def _fit(training: TrainingSet) -> LinearMap:
    return linear_regression(FAMILIES[Family.LINEAR_REGRESSION].defaults, 0, training)
