"""The sites a question is asked of, as a table a query can join."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import CTE, Date, Text, bindparam, column, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.adapters.tables import observations, sites

#: By site id: the newest day that should have been observed by now.
Expected = Mapping[str, date]


def spans() -> CTE:
    """Return the asked sites that have observations: first and last day, and the day counted to.

    Two probes of an index a site. A day is counted to that is expected, or newer and there.
    """
    asked = (
        func.unnest(bindparam("site_ids", type_=ARRAY(Text)), bindparam("until", type_=ARRAY(Date)))
        .table_valued(column("site_id", Text), column("until", Date))
        .render_derived()
        .alias("asked")
    )
    theirs = observations.c.site_id == asked.c.site_id
    reach = (
        select(
            func.min(observations.c.valid_date).label("first_date"),
            func.max(observations.c.valid_date).label("last_date"),
        )
        .where(theirs)
        .lateral("reach")
    )
    return (
        select(
            asked.c.site_id,
            reach.c.first_date,
            reach.c.last_date,
            func.greatest(asked.c.until, reach.c.last_date).label("until"),
        )
        .where(reach.c.first_date.is_not(None))
        .cte("spans")
    )


def asking(expected: Expected) -> dict[str, list[object]]:
    """Return the parameters of a query on `spans`."""
    return {"site_ids": list(expected), "until": list(expected.values())}


def places() -> CTE:
    """Return the asked sites and the points of their rings, each with the centre it belongs to."""
    asked = bindparam("site_ids", type_=ARRAY(Text))
    is_asked = or_(sites.c.site_id == func.any(asked), sites.c.centre_id == func.any(asked))
    centre = func.coalesce(sites.c.centre_id, sites.c.site_id)
    return select(sites.c.site_id, centre.label("centre_id")).where(is_asked).cte("places")
