"""Collect from any provider: ring points, payloads, findings, guidance, more variables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Collect from any provider: ring points, payloads, findings, guidance, more variables."""
    op.create_table(
        "payloads",
        sa.Column("payload_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column(
            "fetched_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("outcome", sa.Text(), server_default="answered", nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("site_ids", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome in ('answered', 'refused', 'exhausted', 'unavailable')",
            name=op.f("ck_payloads_outcome_known"),
        ),
        sa.PrimaryKeyConstraint("payload_id", name=op.f("pk_payloads")),
    )
    op.create_index("ix_payloads_fetched_at", "payloads", ["fetched_at"], unique=False)
    op.create_index(
        "ix_payloads_site_ids", "payloads", ["site_ids"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "empty_days",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("valid_date", sa.Date(), nullable=False),
        sa.Column("times_asked", sa.Integer(), server_default="1", nullable=False),
        sa.Column("ask_again_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name=op.f("fk_empty_days_site_id")),
        sa.PrimaryKeyConstraint("site_id", "valid_date", name=op.f("pk_empty_days")),
    )
    op.create_table(
        "guidance",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("reference_date", sa.Date(), nullable=False),
        sa.Column("lead", sa.Integer(), nullable=False),
        sa.Column(
            "known_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("temperature_2m_max", sa.Double(), nullable=True),
        sa.Column("temperature_2m_min", sa.Double(), nullable=True),
        sa.Column("temperature_2m_mean", sa.Double(), nullable=True),
        sa.Column("precipitation_sum", sa.Double(), nullable=True),
        sa.Column("wind_speed_10m_max", sa.Double(), nullable=True),
        sa.CheckConstraint("lead between 1 and 7", name=op.f("ck_guidance_lead_in_horizon")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name=op.f("fk_guidance_site_id")),
        sa.PrimaryKeyConstraint(
            "site_id", "reference_date", "lead", "known_at", name=op.f("pk_guidance")
        ),
    )
    op.create_table(
        "quality_findings",
        sa.Column("finding_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("valid_date", sa.Date(), nullable=False),
        sa.Column("variable", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("check_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payload_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "found_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('flagged', 'held', 'released', 'dropped', 'superseded')",
            name=op.f("ck_quality_findings_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["payload_id"],
            ["payloads.payload_id"],
            name=op.f("fk_quality_findings_payload_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.site_id"], name=op.f("fk_quality_findings_site_id")
        ),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_quality_findings")),
        sa.UniqueConstraint(
            "site_id",
            "valid_date",
            "variable",
            "value",
            "check_name",
            name="uq_quality_findings_value",
        ),
    )
    op.create_index(
        "ix_quality_findings_held",
        "quality_findings",
        ["site_id"],
        unique=False,
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index(
        "ix_quality_findings_payload_id", "quality_findings", ["payload_id"], unique=False
    )
    op.add_column("observations", sa.Column("wind_gusts_10m_max", sa.Double(), nullable=True))
    op.add_column(
        "observations", sa.Column("wind_direction_10m_dominant", sa.Double(), nullable=True)
    )
    op.add_column("observations", sa.Column("shortwave_radiation_sum", sa.Double(), nullable=True))
    op.add_column("sites", sa.Column("state", sa.Text(), server_default="active", nullable=False))
    op.add_column("sites", sa.Column("centre_id", sa.Text(), nullable=True))
    op.add_column("sites", sa.Column("bearing_degrees", sa.Double(), nullable=True))
    op.add_column("sites", sa.Column("distance_km", sa.Double(), nullable=True))
    op.create_index("ix_sites_centre_id", "sites", ["centre_id"], unique=False)
    op.create_foreign_key(op.f("fk_sites_centre_id"), "sites", "sites", ["centre_id"], ["site_id"])
    op.create_check_constraint("state_known", "sites", "state in ('active', 'paused', 'removed')")
    op.create_check_constraint(
        "ring_point_is_whole",
        "sites",
        "num_nulls(centre_id, bearing_degrees, distance_km) in (0, 3)",
    )
