"""Keep every forecast, and what came of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

_ISSUERS = (
    "issuer in ('champion', 'previous', 'challenger', 'climatology', 'persistence', "
    "'damped_persistence', 'guidance', 'corrected_guidance')"
)
_APPEND_ONLY = ("issuances", "forecasts", "reviews")


def upgrade() -> None:
    """Add issuances, forecasts, scores and reviews; what was issued can only be added to."""
    _add_issuances()
    _add_forecasts()
    _add_scores()
    _add_reviews()
    op.execute(
        """
        create function refuse_change_of_forecasts() returns trigger language plpgsql as $$
        begin
            raise exception 'Rows of % are never changed, only added.', tg_table_name;
        end
        $$
        """
    )
    for table in _APPEND_ONLY:
        op.execute(
            f"create trigger {table}_append_only before update or delete or truncate on {table} "
            "for each statement execute function refuse_change_of_forecasts()"
        )


def _add_issuances() -> None:
    op.create_table(
        "issuances",
        _id("issuance_id"),
        _text("site_id"),
        _date("reference_date"),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.UUID(), nullable=True),
        _timestamp("known_at"),
        _text("data_hash"),
        sa.Column("forecasts", sa.BigInteger(), nullable=False),
        _text("digest"),
        _timestamp("issued_at", default_now=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name="fk_issuances_site_id"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.job_id"], name="fk_issuances_job_id"),
        sa.PrimaryKeyConstraint("issuance_id", name="pk_issuances"),
        sa.UniqueConstraint("site_id", "number", name="uq_issuances_site_id_number"),
    )
    op.create_index(
        "ix_issuances_site_id_reference_date", "issuances", ["site_id", "reference_date"]
    )


def _add_forecasts() -> None:
    op.create_table(
        "forecasts",
        _id("forecast_id"),
        sa.Column("issuance_id", sa.UUID(), nullable=False),
        _text("site_id"),
        _text("variable"),
        _date("reference_date"),
        _text("issuer"),
        sa.Column("candidate_id", sa.UUID(), nullable=True),
        _text("artifact_sha256", nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=True),
        _text("feature_fingerprint", nullable=True),
        *(_numbers(n) for n in ("value", "lower_80", "upper_80", "lower_95", "upper_95")),
        _numbers("probability", nullable=True),
        sa.CheckConstraint(_ISSUERS, name="ck_forecasts_issuer_known"),
        sa.CheckConstraint("cardinality(value) = 7", name="ck_forecasts_seven_leads"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name="fk_forecasts_site_id"),
        sa.ForeignKeyConstraint(
            ["issuance_id"], ["issuances.issuance_id"], name="fk_forecasts_issuance_id"
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.candidate_id"], name="fk_forecasts_candidate_id"
        ),
        sa.PrimaryKeyConstraint("forecast_id", name="pk_forecasts"),
        sa.UniqueConstraint(
            "site_id",
            "reference_date",
            "variable",
            "issuer",
            "candidate_id",
            name="uq_forecasts_once",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_forecasts_issuance_id", "forecasts", ["issuance_id"])


def _add_scores() -> None:
    op.create_table(
        "scores",
        _text("site_id"),
        _text("variable"),
        _date("valid_date"),
        _text("issuer"),
        sa.Column("candidate_id", sa.UUID(), nullable=True),
        sa.Column("observed", sa.Double(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        _timestamp("known_at"),
        _numbers("value"),
        _numbers("crps"),
        sa.Column("inside_80", postgresql.ARRAY(sa.Boolean()), nullable=False),
        sa.Column("inside_95", postgresql.ARRAY(sa.Boolean()), nullable=False),
        _numbers("probability", nullable=True),
        _timestamp("scored_at", default_now=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name="fk_scores_site_id"),
        sa.UniqueConstraint(
            "site_id",
            "variable",
            "valid_date",
            "issuer",
            "candidate_id",
            name="uq_scores_once",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "verified",
        _text("site_id"),
        _timestamp("known_at"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name="fk_verified_site_id"),
        sa.PrimaryKeyConstraint("site_id", name="pk_verified"),
    )


def _add_reviews() -> None:
    op.create_table(
        "reviews",
        _id("review_id"),
        _text("site_id"),
        _text("variable"),
        _date("review_date"),
        sa.Column("candidate_id", sa.UUID(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        _text("outcome"),
        _text("reason"),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        _timestamp("reviewed_at", default_now=True),
        sa.CheckConstraint(
            "outcome in ('fine', 'retrain', 'roll_back')", name="ck_reviews_outcome_known"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name="fk_reviews_site_id"),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.candidate_id"], name="fk_reviews_candidate_id"
        ),
        sa.PrimaryKeyConstraint("review_id", name="pk_reviews"),
        sa.UniqueConstraint(
            "site_id", "variable", "review_date", name="uq_reviews_site_id_variable_review_date"
        ),
    )


def _id(name: str) -> "sa.Column[object]":
    default = sa.text("gen_random_uuid()")
    return sa.Column(name, sa.UUID(), server_default=default, nullable=False)


def _text(name: str, *, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), nullable=nullable)


def _date(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.Date(), nullable=False)


def _timestamp(name: str, *, default_now: bool = False) -> "sa.Column[object]":
    default = sa.text("clock_timestamp()") if default_now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=False)


def _numbers(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, postgresql.ARRAY(sa.Double()), nullable=nullable)
