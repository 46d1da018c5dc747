"""`/api/v1/data-quality`: how good the data is that forecasts are made of."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.answers.places import named_site
from api.answers.quality import DataQualityPage, QualityQuery, SourceAnswer
from api.answers.site_quality import site_quality_answer
from api.routes.dependencies import API, NOT_FOUND, REFUSED, UNAVAILABLE, Given
from api.routes.paging import next_page
from api.services import Services
from shared.contracts.sites import Site

router = APIRouter(tags=["observations"])


@router.get(f"{API}/data-quality", responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE})
def get_data_quality(
    query: Annotated[QualityQuery, Query()], request: Request, given: Given
) -> DataQualityPage:
    """Tell how complete, fresh and plausible the observations of each site are.

    With it: what is held back and why, the gaps, the last collections, how far ring and guidance
    reach, and how the sources have answered lately. With `site` also month by month.
    """
    asked, is_last = _asked(query, given)
    now = given.now()
    found = given.record.data_quality(asked, now, by_month=query.site is not None)
    return DataQualityPage(
        as_of=now,
        sources=[SourceAnswer.model_validate(source) for source in found.sources],
        sites=[site_quality_answer(site, found.sites[site.site_id], now) for site in asked],
        next=None if is_last else next_page(request, after=asked[-1].site_id),
    )


def _asked(query: QualityQuery, given: Services) -> tuple[list[Site], bool]:
    """Return the sites of the page by id, and whether it is the last one."""
    snapshot = given.state.snapshot
    if query.site is not None:
        return [named_site(snapshot, query.site).site], True
    following = sorted(name for name in snapshot.sites if name > (query.after or ""))
    page = [snapshot.sites[name].site for name in following[: query.limit]]
    return page, len(following) <= query.limit
