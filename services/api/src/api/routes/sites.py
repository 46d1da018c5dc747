"""`/api/v1/sites`: the places forecasts are made for."""

from fastapi import APIRouter

from api.answers.sites import SiteAnswer, site_answer
from api.routes.dependencies import API, Given

router = APIRouter(tags=["observations"])


@router.get(f"{API}/sites")
async def get_sites(given: Given) -> list[SiteAnswer]:
    """List the sites, and how far their observations reach."""
    return [site_answer(served) for served in given.state.snapshot.sites.values()]
