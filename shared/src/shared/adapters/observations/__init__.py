"""Reading and writing daily observations: append-only revisions, read as one history.

A day that is offered again writes a new revision only if a value has changed; a missing value
never overwrites a known one. What was known at a time is the newest revision up to that time.

reading    histories of one place or many, as they are known now or were known then
writing    what is new or changed, for one place or many
"""

from shared.adapters.observations.reading import (
    current_observations,
    known_now,
    last_observed_date,
    load_histories,
    load_history,
    newest_revisions,
)
from shared.adapters.observations.writing import DayValues, store_histories, store_observations

__all__ = [
    "DayValues",
    "current_observations",
    "known_now",
    "last_observed_date",
    "load_histories",
    "load_history",
    "newest_revisions",
    "store_histories",
    "store_observations",
]
