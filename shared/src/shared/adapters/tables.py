"""The tables of the system's database, grouped by the one service that writes them.

PostgreSQL is the only source of truth. Times are `timestamptz`; days are UTC days. What has
happened is appended and never rewritten: observations keep their revisions, events and decisions
are a log, and the champion is the promotion with the highest epoch.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from shared.contracts.queues import Service
from shared.forecasting.variables import FORECAST_VARIABLES, Variable

#: Key in a table's `info`: the one service that writes it.
WRITER = "writer"
#: Writer of the tables that every service writes, through `shared.adapters` alone.
SPINE = "shared.adapters"

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _timestamp(name: str, *, default_now: bool = False, nullable: bool = False) -> Column[Any]:
    default = func.clock_timestamp() if default_now else None
    return Column(name, DateTime(timezone=True), server_default=default, nullable=nullable)


def _site() -> Column[Any]:
    return Column("site_id", Text, ForeignKey("sites.site_id"), nullable=False)


# ── places: added and paused by people, ringed and claimed by the collector ─────────────────────

#: Every place that is observed: the sites forecasts are made for, and the points of their rings.
#: A ring point names its centre; it lives, pauses and goes with it.
sites = Table(
    "sites",
    metadata,
    Column("site_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("latitude", Double, nullable=False),
    Column("longitude", Double, nullable=False),
    Column("elevation", Double),
    Column("timezone", Text, nullable=False),
    Column("provenance", Text),
    _timestamp("created_at", default_now=True),
    Column("state", Text, nullable=False, server_default="active"),
    Column("centre_id", Text, ForeignKey("sites.site_id")),
    # Of a ring point, seen from its centre: degrees clockwise from north, kilometres.
    Column("bearing_degrees", Double),
    Column("distance_km", Double),
    CheckConstraint("state in ('active', 'paused', 'removed')", name="state_known"),
    CheckConstraint(
        "num_nulls(centre_id, bearing_degrees, distance_km) in (0, 3)", name="ring_point_is_whole"
    ),
    Index("ix_sites_centre_id", "centre_id"),
    info={WRITER: SPINE},
)

# ── written by the collector ────────────────────────────────────────────────────────────────────

#: Every revision of every day. What was known at a time: the newest `known_at` up to then.
observations = Table(
    "observations",
    metadata,
    Column("site_id", Text, ForeignKey("sites.site_id"), primary_key=True),
    Column("valid_date", Date, primary_key=True),
    Column(
        "known_at", DateTime(timezone=True), primary_key=True, server_default=func.clock_timestamp()
    ),
    Column("is_final", Boolean, nullable=False),
    *(Column(variable.value, Double) for variable in Variable),
    # "Is there anything newer?", asked by every API process every few seconds.
    Index("ix_observations_newest", "site_id", text("known_at desc")),
    info={WRITER: Service.COLLECTOR},
)

#: Every answer of a source, as it came, with what it cost: the day can be read again from it.
payloads = Table(
    "payloads",
    metadata,
    Column("payload_id", BigInteger, Identity(always=True), primary_key=True),
    Column("source", Text, nullable=False),
    Column("url", Text, nullable=False),  # without any key
    _timestamp("fetched_at", default_now=True),
    Column("outcome", Text, nullable=False, server_default="answered"),
    Column("status", Integer),  # null: no answer at all
    Column("weight", Double, nullable=False),  # calls of the source's budget
    Column("site_ids", ARRAY(Text), nullable=False),  # in the order they were asked for
    Column("first_date", Date, nullable=False),
    Column("last_date", Date, nullable=False),
    Column("sha256", Text),
    Column("body", LargeBinary),  # compressed; gone after the time it is kept
    Column("problem", Text),  # why nothing could be made of it
    CheckConstraint(
        "outcome in ('answered', 'refused', 'exhausted', 'unavailable')", name="outcome_known"
    ),
    Index("ix_payloads_fetched_at", "fetched_at"),
    Index("ix_payloads_site_ids", "site_ids", postgresql_using="gin"),
    info={WRITER: Service.COLLECTOR},
)

#: What the quality checks found: values held back (the quarantine), and values kept but flagged.
quality_findings = Table(
    "quality_findings",
    metadata,
    Column("finding_id", BigInteger, Identity(always=True), primary_key=True),
    _site(),
    Column("valid_date", Date, nullable=False),
    Column("variable", Text, nullable=False),
    Column("value", Double, nullable=False),
    Column("check_name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("payload_id", BigInteger, ForeignKey("payloads.payload_id", ondelete="SET NULL")),
    _timestamp("found_at", default_now=True),
    _timestamp("resolved_at", nullable=True),
    Column("resolved_by", Text),
    CheckConstraint(
        "state in ('flagged', 'held', 'released', 'dropped', 'superseded')", name="state_known"
    ),
    # The same value offered again is the same finding: what was decided about it stands.
    UniqueConstraint(
        "site_id", "valid_date", "variable", "value", "check_name", name="uq_quality_findings_value"
    ),
    Index("ix_quality_findings_held", "site_id", postgresql_where=text("state = 'held'")),
    Index("ix_quality_findings_payload_id", "payload_id"),
    info={WRITER: Service.COLLECTOR},
)

#: Days the source was asked for and had nothing: asked again, with growing pauses.
empty_days = Table(
    "empty_days",
    metadata,
    Column("site_id", Text, ForeignKey("sites.site_id"), primary_key=True),
    Column("valid_date", Date, primary_key=True),
    Column("times_asked", Integer, nullable=False, server_default="1"),
    _timestamp("ask_again_at"),
    info={WRITER: Service.COLLECTOR},
)

#: What weather models forecast for a site, by reference date and lead (days); revisions as above.
guidance = Table(
    "guidance",
    metadata,
    Column("site_id", Text, ForeignKey("sites.site_id"), primary_key=True),
    Column("reference_date", Date, primary_key=True),
    Column("lead", Integer, primary_key=True),
    Column(
        "known_at", DateTime(timezone=True), primary_key=True, server_default=func.clock_timestamp()
    ),
    *(Column(variable.value, Double) for variable in FORECAST_VARIABLES),
    CheckConstraint("lead between 1 and 7", name="lead_in_horizon"),
    info={WRITER: Service.COLLECTOR},
)

# ── the job ledger: each row written by the service its kind belongs to ─────────────────────────

jobs = Table(
    "jobs",
    metadata,
    Column("job_id", UUID, primary_key=True, server_default=func.gen_random_uuid()),
    Column("kind", Text, nullable=False),
    _site(),
    Column("logical_date", Date, nullable=False),
    # 0 is the scheduled run of that date; a human may ask for further ones.
    Column("run", Integer, nullable=False, server_default="0"),
    # Which part of the site's work, such as a variable; empty where it is not divided.
    Column("part", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False, server_default="queued"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("parent_id", UUID, ForeignKey("jobs.job_id")),
    Column("correlation_id", UUID, nullable=False, server_default=func.gen_random_uuid()),
    Column("parameters", JSONB, nullable=False, server_default=text("'{}'")),
    Column("progress", Text),
    Column("worker", Text),
    Column("lease_token", UUID),
    _timestamp("lease_until", nullable=True),
    _timestamp("not_before", default_now=True),
    _timestamp("sent_at", nullable=True),
    Column("last_error", Text),
    _timestamp("created_at", default_now=True),
    _timestamp("finished_at", nullable=True),
    UniqueConstraint("kind", "site_id", "logical_date", "run", "part"),
    CheckConstraint(
        "state in ('queued', 'running', 'done', 'dead', 'cancelled')", name="state_known"
    ),
    Index("ix_jobs_parent_id", "parent_id"),
    Index("ix_jobs_correlation_id", "correlation_id"),
    Index("ix_jobs_unfinished", "kind", postgresql_where=text("state in ('queued', 'running')")),
    info={WRITER: SPINE},
)

# ── the outbox, which is also the event log: written with the fact, by whoever owns the fact ────

events = Table(
    "events",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", UUID, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("correlation_id", UUID, nullable=False),
    _timestamp("time"),
    Column("data", JSONB, nullable=False),
    _timestamp("published_at", nullable=True),
    Index("ix_events_unpublished", "position", postgresql_where=text("published_at is null")),
    info={WRITER: SPINE},
)

# ── written by the trainer ──────────────────────────────────────────────────────────────────────

#: When each worker last answered a tick: it came through scheduler, queue, worker and database.
ticks = Table(
    "ticks",
    metadata,
    Column("service", Text, primary_key=True),
    Column("worker", Text, nullable=False),
    _timestamp("ticked_at", default_now=True),
    info={WRITER: SPINE},
)

#: One row for each family and variable of a training: how the contender fared.
contenders = Table(
    "contenders",
    metadata,
    Column("contender_id", UUID, primary_key=True, server_default=func.gen_random_uuid()),
    Column("job_id", UUID, ForeignKey("jobs.job_id"), nullable=False),
    # The training all contenders of one contest belong to.
    Column("training_id", UUID, ForeignKey("jobs.job_id"), nullable=False),
    _site(),
    Column("variable", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("recipe", JSONB, nullable=False),
    Column("metrics", JSONB, nullable=False),
    Column("training_seconds", Double, nullable=False),
    Column("train_cutoff", Date, nullable=False),
    Column("feature_fingerprint", Text, nullable=False),
    Column("data_hash", Text, nullable=False),
    Column("git_commit", Text, nullable=False),
    Column("mlflow_run_id", Text, nullable=False),
    Column("artifact_uri", Text, nullable=False),
    Column("artifact_sha256", Text, nullable=False),
    # Paired backtest cases, npz without pickle: this contender's, and the champion's recipe on
    # the very same folds where the champion is of this family.
    Column("cases", LargeBinary, nullable=False),
    Column("champion_candidate_id", UUID),
    Column("champion_cases", LargeBinary),
    _timestamp("created_at", default_now=True),
    UniqueConstraint("training_id", "variable", "family"),
    info={WRITER: Service.TRAINER},
)

#: The winner of a contest, registered and waiting for the gate.
candidates = Table(
    "candidates",
    metadata,
    Column("candidate_id", UUID, primary_key=True, server_default=func.gen_random_uuid()),
    Column("contender_id", UUID, ForeignKey("contenders.contender_id"), nullable=False),
    Column("training_id", UUID, ForeignKey("jobs.job_id"), nullable=False),
    _site(),
    Column("variable", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("score", Double, nullable=False),
    # The composite's parts for every contender of the contest, so that the choice can be seen.
    Column("contest", JSONB, nullable=False),
    Column("mlflow_model", Text, nullable=False),
    Column("mlflow_version", Text, nullable=False),
    _timestamp("registered_at", default_now=True),
    UniqueConstraint("training_id", "variable"),
    info={WRITER: Service.TRAINER},
)

# ── written by the registry gate ────────────────────────────────────────────────────────────────

#: Every decision with its evidence: the gate's judgement of a candidate, a person's word on what
#: waited for it, a champion taken back. Sealed and never changed, like the promotions.
decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", UUID, primary_key=True, server_default=func.gen_random_uuid()),
    Column("kind", Text, nullable=False, server_default="judgement"),
    # Of a rollback: the candidate that is champion again.
    Column("candidate_id", UUID, ForeignKey("candidates.candidate_id"), nullable=False),
    Column("job_id", UUID, ForeignKey("jobs.job_id")),
    _site(),
    Column("variable", Text, nullable=False),
    Column("champion_candidate_id", UUID, ForeignKey("candidates.candidate_id")),
    # Who or what asked for it.
    Column("asked_by", Text, nullable=False, server_default=Service.REGISTRY_GATE.value),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # Every criterion with its observed value, threshold, verdict and sentence.
    Column("criteria", JSONB, nullable=False, server_default=text("'[]'")),
    # What else it was made from, such as the review that asked for a rollback.
    Column("evidence", JSONB),
    _timestamp("decided_at", default_now=True),
    CheckConstraint("kind in ('judgement', 'approval', 'rollback')", name="kind_known"),
    CheckConstraint(
        "outcome in ('promote', 'reject', 'inconclusive', 'propose', 'roll_back')",
        name="outcome_known",
    ),
    # A candidate is judged once, and approved or declined once.
    Index(
        "uq_decisions_candidate_id_kind",
        "candidate_id",
        "kind",
        unique=True,
        postgresql_where=text("kind <> 'rollback'"),
    ),
    info={WRITER: Service.REGISTRY_GATE},
)

#: The champion of a site and variable is the row with the highest epoch.
promotions = Table(
    "promotions",
    metadata,
    Column("epoch", BigInteger, Identity(always=True), primary_key=True),
    _site(),
    Column("variable", Text, nullable=False),
    Column("candidate_id", UUID, ForeignKey("candidates.candidate_id"), nullable=False),
    Column("previous_candidate_id", UUID, ForeignKey("candidates.candidate_id")),
    Column("kind", Text, nullable=False),
    Column("decision_id", UUID, ForeignKey("decisions.decision_id")),
    _timestamp("promoted_at", default_now=True),
    CheckConstraint("kind in ('promote', 'rollback')", name="kind_known"),
    Index("ix_promotions_champion", "site_id", "variable", text("epoch desc")),
    info={WRITER: Service.REGISTRY_GATE},
)
