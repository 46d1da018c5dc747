"""Making the fallbacks of a model: who answers where neighbours or guidance are missing."""

from collections.abc import Iterator

from shared.errors import NotEnoughData
from shared.forecasting.backtest import (
    plan_backtest,
    prepare_final,
    prepare_fold,
    whole_year,
)
from shared.forecasting.documents import Fallback
from shared.forecasting.families import Family
from shared.forecasting.features import FeatureSpecification, Layout
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.intervals import ResidualQuantiles
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
    fit = FAMILIES[Family.LINEAR_REGRESSION].defaults
    plan = plan_backtest(specification, known)
    year = prepare_fold(specification, known, whole_year(plan))
    errors = year.errors(year.test(year.fit(lambda training: linear_regression(fit, 0, training))))
    final = prepare_final(specification, known, plan)
    is_rain = specification.target is Variable.PRECIPITATION
    quantiles = None if is_rain else ResidualQuantiles.fit(errors.errors, errors.reference_dates)
    return Fallback(
        specification=specification,
        feature_names=specification.names,
        feature_fingerprint=specification.fingerprint,
        baseline=final.baseline,
        residual_quantiles=quantiles,
        rain_amounts=final.rain_amounts,
        linear=linear_regression(fit, 0, final.training),
    )
