"""Sites as they are answered."""

from datetime import date

from pydantic import BaseModel, Field

from api.serving.snapshot import ServedSite
from shared.contracts.provenance import Provenance
from shared.contracts.sites import SiteState


class SiteAnswer(BaseModel):
    """A place forecasts are made for, and how far its observations reach."""

    site: str = Field(examples=["marrakech"])
    name: str = Field(examples=["Marrakech"])
    latitude: float
    longitude: float
    elevation: float | None
    timezone: str
    state: SiteState = Field(
        description="`paused`: served from what is known, but neither collected nor trained"
    )
    provenance: Provenance | None
    first_date: date | None = Field(description="first observed day")
    last_date: date | None = Field(description="last observed day")
    has_forecast: bool


def site_answer(served: ServedSite) -> SiteAnswer:
    """Return a site with the reach of its observations."""
    site, history = served.site, served.history
    return SiteAnswer(
        site=site.site_id,
        name=site.name,
        latitude=site.latitude,
        longitude=site.longitude,
        elevation=site.elevation,
        timezone=site.timezone,
        state=site.state,
        provenance=site.provenance,
        first_date=history.first_date if history else None,
        last_date=history.last_date if history else None,
        has_forecast=served.has_forecast,
    )
