"""The tables of verification: what was forecast, what came of it, what was concluded from it.

Issuances, forecasts and reviews are appended and never changed: the database refuses. Scores
follow from forecasts and observations alone, so they are replaced when an observation is revised.
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
    Index,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from shared.adapters.tables import WRITER, metadata
from shared.contracts.queues import Service

__all__ = [
    "WRITER",
    "forecasts",
    "issuances",
    "metadata",  # of all tables, these included
    "reviews",
    "scores",
    "verified",
]

_ISSUERS = (
    "issuer in ('champion', 'previous', 'challenger', 'climatology', 'persistence', "
    "'damped_persistence', 'guidance', 'corrected_guidance')"
)


def _site() -> Column[Any]:
    return Column("site_id", Text, ForeignKey("sites.site_id"), nullable=False)


def _now(name: str) -> Column[Any]:
    timestamp = DateTime(timezone=True)
    return Column(name, timestamp, server_default=func.clock_timestamp(), nullable=False)


def _by_lead(name: str, *, nullable: bool = False) -> Column[Any]:
    """Return a column of seven numbers, the first for lead 1."""
    return Column(name, ARRAY(Double), nullable=nullable)


#: Each time forecasts of a site were issued: what was known for them, and a seal on all of them.
#: `digest` seals the forecasts and the digest of the site's issuance before, a chain a site.
issuances = Table(
    "issuances",
    metadata,
    Column("issuance_id", UUID, primary_key=True, server_default=func.gen_random_uuid()),
    _site(),
    Column("reference_date", Date, nullable=False),
    Column("number", BigInteger, nullable=False),  # of the site, from 1
    Column("job_id", UUID, ForeignKey("jobs.job_id")),
    Column("known_at", DateTime(timezone=True), nullable=False),
    Column("data_hash", Text, nullable=False),
    Column("forecasts", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    _now("issued_at"),
    UniqueConstraint("site_id", "number"),
    Index("ix_issuances_site_id_reference_date", "site_id", "reference_date"),
    info={WRITER: Service.REGISTRY_GATE},
)

#: Every forecast: one row an issuer and reference date, seven leads in each array.
forecasts = Table(
    "forecasts",
    metadata,
    Column("forecast_id", UUID, primary_key=True, server_default=func.gen_random_uuid()),
    Column("issuance_id", UUID, ForeignKey("issuances.issuance_id"), nullable=False),
    _site(),
    Column("variable", Text, nullable=False),
    Column("reference_date", Date, nullable=False),
    Column("issuer", Text, nullable=False),
    # Of a model; null for a reference.
    Column("candidate_id", UUID, ForeignKey("candidates.candidate_id")),
    Column("artifact_sha256", Text),
    Column("epoch", BigInteger),  # of the promotion that made it the champion
    Column("feature_fingerprint", Text),  # of the model, or the fallback, that answered
    _by_lead("value"),
    _by_lead("lower_80"),
    _by_lead("upper_80"),
    _by_lead("lower_95"),
    _by_lead("upper_95"),
    _by_lead("probability", nullable=True),  # of a wet day; for precipitation
    CheckConstraint(_ISSUERS, name="issuer_known"),
    CheckConstraint("cardinality(value) = 7", name="seven_leads"),
    # Also what verification joins on: the forecasts of a site for a day are those of the seven
    # reference dates before it.
    UniqueConstraint(
        "site_id",
        "reference_date",
        "variable",
        "issuer",
        "candidate_id",
        name="uq_forecasts_once",
        postgresql_nulls_not_distinct=True,
    ),
    Index("ix_forecasts_issuance_id", "issuance_id"),
    info={WRITER: Service.REGISTRY_GATE},
)

#: What came of the forecasts for a day: one row an issuer, the seven forecasts that were made for
#: it one to seven days before in each array, null where there was none.
scores = Table(
    "scores",
    metadata,
    Column("site_id", Text, ForeignKey("sites.site_id"), nullable=False),
    Column("variable", Text, nullable=False),
    Column("valid_date", Date, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("candidate_id", UUID),
    Column("observed", Double, nullable=False),
    Column("is_final", Boolean, nullable=False),
    Column("known_at", DateTime(timezone=True), nullable=False),  # of the observation
    _by_lead("value"),
    _by_lead("crps"),
    Column("inside_80", ARRAY(Boolean), nullable=False),
    Column("inside_95", ARRAY(Boolean), nullable=False),
    _by_lead("probability", nullable=True),
    _now("scored_at"),
    UniqueConstraint(
        "site_id",
        "variable",
        "valid_date",
        "issuer",
        "candidate_id",
        name="uq_scores_once",
        postgresql_nulls_not_distinct=True,
    ),
    info={WRITER: Service.REGISTRY_GATE},
)

#: How far verification has come: all that became known of a site until then has been scored.
verified = Table(
    "verified",
    metadata,
    Column("site_id", Text, ForeignKey("sites.site_id"), primary_key=True),
    Column("known_at", DateTime(timezone=True), nullable=False),
    info={WRITER: Service.REGISTRY_GATE},
)

#: The daily look at a champion: what was concluded, and from what.
reviews = Table(
    "reviews",
    metadata,
    Column("review_id", UUID, primary_key=True, server_default=func.gen_random_uuid()),
    _site(),
    Column("variable", Text, nullable=False),
    Column("review_date", Date, nullable=False),  # the newest verified day
    Column("candidate_id", UUID, ForeignKey("candidates.candidate_id"), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", JSONB, nullable=False),
    _now("reviewed_at"),
    UniqueConstraint("site_id", "variable", "review_date"),
    CheckConstraint("outcome in ('fine', 'retrain', 'roll_back')", name="outcome_known"),
    info={WRITER: Service.REGISTRY_GATE},
)
