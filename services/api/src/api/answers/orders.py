"""What is asked to be changed, and how far it is: bodies, answers, and the port behind them."""

from collections.abc import Mapping
from typing import Annotated, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.answers.record import JobAnswer, JobState
from shared.contracts.sites import Site
from shared.forecasting.variables import Variable

_Line = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]
_Id = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewSite(_Body):
    """A place to be forecast."""

    name: _Line = Field(examples=["Essaouira"])
    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False, examples=[31.51])
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False, examples=[-9.77])
    elevation: float | None = Field(
        default=None, ge=-500, le=9000, allow_inf_nan=False, description="metres; the ground's"
    )
    timezone: _Line | None = Field(
        default=None, description="IANA name; that of the place if not given"
    )
    site: _Id | None = Field(default=None, description="its id; made of the name if not given")


class SiteOrder(_Body):
    """A site that something is asked for."""

    site: _Id = Field(examples=["marrakech"])


class RollbackOrder(SiteOrder):
    """A champion to be taken back."""

    variable: Variable = Field(examples=["temperature_2m_max"])
    to: UUID | None = Field(
        default=None, description="candidate to go back to; the champion before if not given"
    )
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)] = Field(
        description="for the record", examples=["Too warm since the station was moved."]
    )


class TaskTaken(BaseModel):
    """Something asked for, that is done from now on."""

    task: UUID
    href: str = Field(description="where to see how far it is", examples=["/api/v1/tasks/3f2c…"])


class TaskAnswer(JobAnswer):
    """A task, and all that has followed from it so far."""

    correlation_id: UUID = Field(description="of its chain of jobs and events")
    steps: dict[JobState, int] = Field(description="jobs of the chain by state")
    is_finished: bool = Field(description="whether nothing of the chain is left to be done")


class Orders(Protocol):
    """Changes state; every method raises `RecordUnavailable` while PostgreSQL is away."""

    def add_site(self, site: Site) -> Site:
        """Add a site, or take a removed one up again; raises `OrderRefused`."""
        ...

    def remove_site(self, site_id: str) -> Site:
        """Take a site out of every list; raises `SiteNotFound`."""
        ...

    def collect(self, site_id: str) -> UUID:
        """Ask for a collection; raises `SiteNotFound`, `OrderRefused`."""
        ...

    def train(self, site_id: str) -> UUID:
        """Ask for a training; raises `SiteNotFound`, `OrderRefused`."""
        ...

    def roll_back(self, order: RollbackOrder, *, asked_by: str) -> UUID:
        """Ask that an earlier champion serves again; raises like `train`."""
        ...

    def task(self, task_id: UUID) -> TaskAnswer:
        """Return how far a task is; raises `TaskNotFound`."""
        ...


def steps_of(states: Mapping[JobState, int]) -> tuple[dict[JobState, int], bool]:
    """Return the jobs of a chain by state, and whether none is left to be done."""
    return dict(states), not (states.get("queued") or states.get("running"))
