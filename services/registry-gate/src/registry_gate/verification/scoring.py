"""One statement from observations that are new or revised to the scores of their forecasts.

It looks at nothing but what became known since the last time, and at the forecasts from the seven
days before each of those days, both by index: the work of a day is the same after years. Scores
follow from forecasts and observations, so doing it twice changes nothing.

The planner cannot know how few days are news, and would read all forecasts there are instead: the
laterals, one with an offset of nothing, leave it no other way than the index.

The CRPS is that of `shared.forecasting.scores.crps`, and a test holds both to the same numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shared.adapters.tables import sites
from shared.forecasting.variables import FORECAST_VARIABLES, LEAD_DAYS

_OUTSIDE = "greatest(lower_{0} - observed, 0) + greatest(observed - upper_{0}, 0)"
_CRPS = (
    "(0.5 * abs(observed - value) "
    f"+ 0.1 * (upper_80 - lower_80) + {_OUTSIDE.format(80)} "
    f"+ 0.025 * (upper_95 - lower_95) + {_OUTSIDE.format(95)}) / 2.5"
)
_INSIDE = "observed between lower_{0} and upper_{0}"


def _by_lead(expression: str) -> str:
    """Return the array of an expression's values at the leads 1 to 7, null where there is none."""
    leads = (f"min({expression}) filter (where lead = {lead})" for lead in LEAD_DAYS)
    return f"array[{', '.join(leads)}]"


def _flags(expression: str) -> str:
    leads = (f"bool_or({expression}) filter (where lead = {lead})" for lead in LEAD_DAYS)
    return f"array[{', '.join(leads)}]"


_OBSERVED_VALUES = ", ".join(f"('{name.value}', c.{name.value})" for name in FORECAST_VARIABLES)

_SCORE = text(
    f"""
with changed as materialized (
    select o.*
    from verified v
    cross join lateral (
        select distinct on (valid_date) *
        from observations
        where site_id = v.site_id and known_at > v.known_at
        order by valid_date, known_at desc
    ) o
    where v.site_id = any(:site_ids)
), told as materialized (
    select c.site_id, c.valid_date, c.known_at, c.is_final, t.variable, t.observed
    from changed c
    cross join lateral (values {_OBSERVED_VALUES}) t (variable, observed)
), matched as (
    select t.*, f.issuer, f.candidate_id, l.lead, f.value[l.lead] as value,
           f.lower_80[l.lead] as lower_80, f.upper_80[l.lead] as upper_80,
           f.lower_95[l.lead] as lower_95, f.upper_95[l.lead] as upper_95,
           f.probability[l.lead] as probability
    from told t
    cross join generate_series(1, {LEAD_DAYS[-1]}) l (lead)
    cross join lateral (
        select * from forecasts
        where site_id = t.site_id
          and reference_date = t.valid_date - l.lead
          and variable = t.variable
        offset 0
    ) f
    where t.observed is not null
), scored as (
    insert into scores as s (
        site_id, variable, valid_date, issuer, candidate_id, observed, is_final, known_at,
        value, crps, inside_80, inside_95, probability
    )
    select site_id, variable, valid_date, issuer, candidate_id, observed, is_final, known_at,
           {_by_lead("value")}, {_by_lead(_CRPS)},
           {_flags(_INSIDE.format(80))}, {_flags(_INSIDE.format(95))},
           case when count(probability) > 0 then {_by_lead("probability")} end
    from matched
    group by site_id, variable, valid_date, issuer, candidate_id, observed, is_final, known_at
    on conflict on constraint uq_scores_once do update set
        observed = excluded.observed, is_final = excluded.is_final, known_at = excluded.known_at,
        value = excluded.value, crps = excluded.crps, inside_80 = excluded.inside_80,
        inside_95 = excluded.inside_95, probability = excluded.probability,
        scored_at = clock_timestamp()
    returning s.site_id, s.valid_date, num_nonnulls(variadic s.value) as forecasts
), withdrawn as (
    delete from scores s using told t
    where t.observed is null
      and (s.site_id, s.variable, s.valid_date) = (t.site_id, t.variable, t.valid_date)
), moved as (
    update verified v set known_at = newest.known_at
    from (select site_id, max(known_at) as known_at from changed group by site_id) newest
    where v.site_id = newest.site_id
)
select site_id, min(valid_date) as first_date, max(valid_date) as last_date,
       sum(forecasts) as forecasts
from scored
group by site_id
"""  # noqa: S608 - made of the names of our own columns
)


@dataclass(frozen=True)
class ScoredDays:
    """What was scored at a site: the days from the first to the last, and how many forecasts."""

    first_date: date
    last_date: date
    forecasts: int


def score_observations(session: Session, site_ids: Sequence[str]) -> dict[str, ScoredDays]:
    """Score what became known of sites since they were last verified, all by one statement.

    Returns
    -------
    dict of str to ScoredDays
        Of the sites at which any forecast was scored.
    """
    _wait_for_writers(session, site_ids)
    rows = session.execute(_SCORE, {"site_ids": list(site_ids)})
    return {
        row.site_id: ScoredDays(row.first_date, row.last_date, int(row.forecasts)) for row in rows
    }


def _wait_for_writers(session: Session, site_ids: Sequence[str]) -> None:
    """See every observation with an earlier `known_at` than the newest one there is.

    Whoever writes observations or forecasts holds the row of the site.
    """
    rows = select(sites.c.site_id).where(sites.c.site_id.in_(site_ids)).order_by(sites.c.site_id)
    session.execute(rows.with_for_update(read=True))
