"""What should be served, read from PostgreSQL: champions, sites, observations."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from api.ports import Champion, DesiredState
from shared.adapters.database import SessionFactory
from shared.adapters.inputs import load_inputs
from shared.adapters.observations import load_history
from shared.adapters.promotions import champions
from shared.adapters.sites import list_sites
from shared.adapters.tables import candidates, contenders, observations, promotions, sites
from shared.forecasting.families import Family
from shared.forecasting.forecast import HISTORY_DAYS
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import Variable


class PostgresServingSource:
    """Reads the desired state in one transaction, a site's inputs in another."""

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions

    def desired_state(self) -> DesiredState:
        """Return the sites, their newest observations and their champions."""
        with self._sessions() as session:
            newest = session.execute(_newest_known_at())
            return DesiredState(
                sites=tuple(list_sites(session)),
                champions=tuple(_to_champion(row) for row in session.execute(champions())),
                newest_known_at={row.site_id: row.known_at for row in newest if row.known_at},
                previous=tuple(_to_champion(row) for row in session.execute(_previous())),
            )

    def inputs(self, site_id: str) -> ForecastInputs:
        """Return all observations of a site, and of its surroundings what forecasts look back on.

        The same loader as that of training: both see the same neighbours and guidance.
        """
        with self._sessions() as session:
            own = load_history(session, site_id)
            since = own.last_date - timedelta(days=HISTORY_DAYS)
            return replace(load_inputs(session, site_id, since=since), own=own)


def _newest_known_at() -> Select[tuple[object, ...]]:
    # One index probe a site where there is an index on it, instead of a scan of all observations.
    newest = (
        select(func.max(observations.c.known_at))
        .where(observations.c.site_id == sites.c.site_id)
        .scalar_subquery()
    )
    # The points of a ring help a site; they are none themselves.
    return select(sites.c.site_id, newest.label("known_at")).where(sites.c.centre_id.is_(None))


def _previous() -> Select[tuple[object, ...]]:
    """Return the query of the champions before the present ones, each by its last promotion.

    A champion that was taken back is none to fall back to.
    """
    newest = champions().subquery()
    before = promotions.alias("before")
    return (
        select(
            before,
            candidates.c.family,
            candidates.c.mlflow_version,
            contenders.c.train_cutoff,
            contenders.c.artifact_uri,
            contenders.c.artifact_sha256,
        )
        .ext(distinct_on(before.c.site_id, before.c.variable))
        .select_from(newest)
        .join(
            before,
            and_(
                before.c.candidate_id == newest.c.previous_candidate_id,
                before.c.epoch < newest.c.epoch,
            ),
        )
        .join(candidates, candidates.c.candidate_id == before.c.candidate_id)
        .join(contenders, contenders.c.contender_id == candidates.c.contender_id)
        .where(newest.c.kind == "promote")
        .order_by(before.c.site_id, before.c.variable, before.c.epoch.desc())
    )


def _to_champion(row: Row[tuple[object, ...]]) -> Champion:
    return Champion(
        site_id=row.site_id,
        variable=Variable(row.variable),
        epoch=row.epoch,
        candidate_id=row.candidate_id,
        decision_id=row.decision_id,
        promoted_at=row.promoted_at,
        family=Family(row.family),
        model_version=row.mlflow_version,
        train_cutoff=row.train_cutoff,
        artifact_uri=row.artifact_uri,
        artifact_sha256=row.artifact_sha256,
    )
