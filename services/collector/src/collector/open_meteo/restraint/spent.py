"""What has been spent of a source's budget, counted from the answers that were kept."""

import math
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from collector.open_meteo.reasons import Counter, exhausted_counter
from collector.ports import Outcome
from shared.adapters.database import SessionFactory
from shared.adapters.tables import payloads

#: Calls by the counter they were counted in.
Spent = Mapping[Counter, float]

#: Of a counter the source itself called used up.
ALL = math.inf


def count_spent(sessions: SessionFactory, source: str, now: datetime) -> Spent:
    """Return what was spent since each counter was last cleared; `ALL` where the source said so.

    This is the truth; the counters in Redis are its quick copy.
    """
    begins = {counter: counter.begin(now) for counter in Counter}
    is_recent = (payloads.c.source == source, payloads.c.fetched_at >= begins[Counter.DAY])
    weights = select(
        *(
            func.coalesce(
                func.sum(payloads.c.weight).filter(payloads.c.fetched_at >= begins[counter]), 0.0
            ).label(counter)
            for counter in Counter
        )
    ).where(*is_recent)
    refusals = select(payloads.c.fetched_at, payloads.c.problem).where(
        *is_recent, payloads.c.outcome == Outcome.EXHAUSTED
    )
    with sessions.begin() as session:
        row = session.execute(weights).one()
        spent = {counter: float(getattr(row, counter)) for counter in Counter}
        for refusal in session.execute(refusals):
            counter = exhausted_counter(refusal.problem or "")
            if refusal.fetched_at >= begins[counter]:
                spent[counter] = ALL
    return spent
