"""What each process of the API serves: all of them, of every replica, as they last said."""

from collections.abc import Sequence

from pydantic import AwareDatetime, BaseModel, Field


class ProcessAnswer(BaseModel):
    """One process, as it last said."""

    process: str = Field(description="its host and number", examples=["api-7d9f:17"])
    epoch: int | None = Field(description="of the newest promotion it serves", examples=[7])
    seconds_from_promotion: float | None = Field(
        description="from that promotion until this process served it; null if it started later",
        examples=[0.12],
    )
    said_at: AwareDatetime


def seconds_to_last(processes: Sequence[ProcessAnswer]) -> float | None:
    """Return how long the newest promotion took to the last process; None before it is there.

    Processes that started later do not count: it was there when they came.
    """
    if len({one.epoch for one in processes}) != 1:
        return None
    seconds = [one.seconds_from_promotion for one in processes]
    return max((one for one in seconds if one is not None), default=None)
