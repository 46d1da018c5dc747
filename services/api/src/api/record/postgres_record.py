"""The record, read from PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, RowMapping, Select, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from api.answers.record import (
    ContenderAnswer,
    DecisionAnswer,
    DecisionQuery,
    EventQuery,
    JobAnswer,
    JobState,
    LoggedEvent,
    ModelRecord,
    PromotionAnswer,
    ReviewAnswer,
    ReviewQuery,
)
from shared.adapters.data_quality.report import DataQuality, data_quality
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import UNFINISHED
from shared.adapters.outbox import to_event
from shared.adapters.tables import candidates, contenders, decisions, events, jobs, promotions
from shared.adapters.ticks import Tick, last_ticks
from shared.adapters.verification_tables import reviews
from shared.contracts.jobs import JobKind
from shared.contracts.schedule import expected_date
from shared.contracts.sites import Site
from shared.forecasting.variables import Variable

_PROMOTIONS_SHOWN = 20


class PostgresRecord:
    """Reads each answer in a transaction of its own."""

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions

    def decisions(self, query: DecisionQuery) -> Sequence[DecisionAnswer]:
        """Return decisions, newest first."""
        return [
            DecisionAnswer.model_validate({**row, "site": row["site_id"]})
            for row in self._mappings(_decisions(query))
        ]

    def reviews(self, query: ReviewQuery) -> Sequence[ReviewAnswer]:
        """Return reviews of whole days, newest first: at least `limit`, where there are so many."""
        return [
            ReviewAnswer.model_validate({**row, "site": row["site_id"]})
            for row in self._mappings(_reviews(query))
        ]

    def events(self, query: EventQuery) -> Sequence[LoggedEvent]:
        """Return events, newest first."""
        return [
            LoggedEvent(position=row.position, **to_event(row).model_dump())
            for row in self._rows(_events(query))
        ]

    def model_record(self, site_id: str, variable: Variable) -> ModelRecord:
        """Return the newest contest and the promotions of a site and variable."""
        return ModelRecord(
            challengers=[
                ContenderAnswer.model_validate(dict(row))
                for row in self._mappings(_newest_contest(site_id, variable))
            ],
            promotions=[
                PromotionAnswer.model_validate(dict(row))
                for row in self._mappings(_promotions(site_id, variable))
            ],
        )

    def jobs(self, site_id: str) -> Sequence[JobAnswer]:
        """Return the newest job of each kind of a site, in the order the work is done."""
        newest = {row["kind"]: row for row in self._mappings(_newest_jobs(site_id))}
        return [
            JobAnswer.model_validate({**newest[kind], "site": site_id})
            for kind in JobKind
            if kind in newest
        ]

    def jobs_mark(self) -> str:
        """Return what changes whenever any job begins, moves on or ends."""
        with self._sessions() as session:
            return str(session.execute(_jobs_mark()).scalar_one())

    def ticks(self) -> Sequence[Tick]:
        """Return the last tick each worker answered."""
        with self._sessions.begin() as session:
            return last_ticks(session)

    def queue_lengths(self) -> Mapping[tuple[JobKind, JobState], int]:
        """Return how many jobs of each kind wait, are at work or have failed for good."""
        statement = (
            select(jobs.c.kind, jobs.c.state, func.count().label("number"))
            .where(jobs.c.state.in_([*UNFINISHED, "dead"]))
            .group_by(jobs.c.kind, jobs.c.state)
        )
        return {(JobKind(row.kind), row.state): row.number for row in self._rows(statement)}

    def live_skill(self) -> Mapping[tuple[str, Variable, str], float]:
        """Return by site, variable and rival what the champion saves, by the newest review."""
        newest = (
            select(reviews.c.site_id, reviews.c.variable, reviews.c.evidence)
            .ext(distinct_on(reviews.c.site_id, reviews.c.variable))
            .order_by(reviews.c.site_id, reviews.c.variable, reviews.c.review_date.desc())
        )
        return {
            (row.site_id, Variable(row.variable), rival): -standing["excess"]
            for row in self._rows(newest)
            for rival, standing in row.evidence["standings"].items()
            if standing["excess"] is not None
        }

    def data_quality(
        self, sites: Sequence[Site], now: datetime, *, by_month: bool = False
    ) -> DataQuality:
        """Return how good the data of some sites is, if asked for also month by month."""
        expected = {site.site_id: expected_date(now, site.timezone) for site in sites}
        with self._sessions() as session:
            return data_quality(session, expected, by_month=by_month)

    def _mappings(self, statement: Select[Any]) -> Sequence[RowMapping]:
        with self._sessions() as session:
            return session.execute(statement).mappings().all()

    def _rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        with self._sessions() as session:
            return session.execute(statement).all()


def _decisions(query: DecisionQuery) -> Select[Any]:
    statement = (
        select(decisions, candidates.c.family, candidates.c.mlflow_version.label("model_version"))
        .join(candidates, decisions.c.candidate_id == candidates.c.candidate_id)
        .order_by(decisions.c.decided_at.desc())
        .limit(query.limit)
    )
    if query.site is not None:
        statement = statement.where(decisions.c.site_id == query.site)
    if query.variable is not None:
        statement = statement.where(decisions.c.variable == query.variable)
    if query.before is not None:
        statement = statement.where(decisions.c.decided_at < query.before)
    return statement


def _reviews(query: ReviewQuery) -> Select[Any]:
    """Return the query of reviews; a day is never cut in two, so that a page can go on below it."""
    chosen = [
        *([reviews.c.site_id == query.site] if query.site is not None else []),
        *([reviews.c.variable == query.variable] if query.variable is not None else []),
        *([reviews.c.review_date < query.before] if query.before is not None else []),
    ]
    order = reviews.c.review_date.desc()
    shown = select(reviews.c.review_date).where(*chosen).order_by(order).limit(query.limit)
    last = select(func.min(shown.subquery().c.review_date)).scalar_subquery()
    return (
        select(reviews)
        .where(*chosen, reviews.c.review_date >= last)
        .order_by(order, reviews.c.site_id, reviews.c.variable)
    )


def _events(query: EventQuery) -> Select[Any]:
    statement = select(events).order_by(events.c.position.desc()).limit(query.limit)
    if query.site is not None:
        statement = statement.where(events.c.subject == f"sites/{query.site}")
    if query.type is not None:
        statement = statement.where(events.c.type == query.type)
    if query.before is not None:
        statement = statement.where(events.c.position < query.before)
    return statement


def _newest_contest(site_id: str, variable: Variable) -> Select[Any]:
    mine = (contenders.c.site_id == site_id, contenders.c.variable == variable)
    newest = (
        select(contenders.c.training_id)
        .where(*mine)
        .order_by(contenders.c.created_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    # There may be several: proposed, then approved; promoted, then taken back.
    last_outcome = (
        select(decisions.c.outcome)
        .where(decisions.c.candidate_id == candidates.c.candidate_id)
        .order_by(decisions.c.decided_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(contenders, candidates.c.candidate_id, last_outcome.label("outcome"))
        .outerjoin(candidates, candidates.c.contender_id == contenders.c.contender_id)
        .where(*mine, contenders.c.training_id == newest)
        .order_by(contenders.c.family)
    )


def _promotions(site_id: str, variable: Variable) -> Select[Any]:
    return (
        select(promotions)
        .where(promotions.c.site_id == site_id, promotions.c.variable == variable)
        .order_by(promotions.c.epoch.desc())
        .limit(_PROMOTIONS_SHOWN)
    )


def _jobs_mark() -> Select[Any]:
    """Return the query of a digest of the work at hand, and of when work was last done."""
    moving = func.concat_ws("/", jobs.c.job_id, jobs.c.state, jobs.c.attempts, jobs.c.progress)
    at_hand = func.md5(func.string_agg(moving, aggregate_order_by(literal(","), jobs.c.job_id)))
    last_end = select(func.max(jobs.c.finished_at)).scalar_subquery()
    return select(func.concat_ws("/", at_hand, last_end)).where(jobs.c.state.in_(UNFINISHED))


def _newest_jobs(site_id: str) -> Select[Any]:
    """Return the query of the newest run of each kind, all its parts."""
    age = func.rank().over(
        partition_by=jobs.c.kind, order_by=(jobs.c.logical_date.desc(), jobs.c.run.desc())
    )
    runs = select(jobs, age.label("age")).where(jobs.c.site_id == site_id).subquery()
    return select(runs).where(runs.c.age == 1).order_by(runs.c.kind, runs.c.created_at)
