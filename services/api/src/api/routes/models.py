"""`/api/v1/models`: what serves each variable, how good it is and where it comes from."""

from fastapi import APIRouter

from api.answers.models import ModelCard, ModelSummary, model_card, model_summary
from api.answers.places import named_site
from api.answers.verification import forecast_variable
from api.routes.dependencies import API, NOT_FOUND, REFUSED, UNAVAILABLE, Given
from shared.forecasting.variables import FORECAST_VARIABLES, Variable

router = APIRouter(tags=["models"])


@router.get(f"{API}/models")
async def get_models(given: Given) -> list[ModelSummary]:
    """List what serves each variable of each site in the process that answers."""
    state = given.state
    return [
        model_summary(served, variable, state.failures.get((site_id, variable)))
        for site_id, served in state.snapshot.sites.items()
        for variable in FORECAST_VARIABLES
    ]


@router.get(
    f"{API}/models/{{site}}/{{variable}}", responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE}
)
def get_model(site: str, variable: Variable, given: Given) -> ModelCard:
    """Return a variable's champion with its lineage, its challengers and past promotions."""
    served = named_site(given.state.snapshot, site)
    forecast_variable(variable)
    failure = given.state.failures.get((site, variable))
    return model_card(
        model_summary(served, variable, failure),
        served.models.get(variable),
        given.record.model_record(site, variable),
    )
