"""Let the work on a site be divided into parts, each a row of the job ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_KEY = ["kind", "site_id", "logical_date", "run"]


def upgrade() -> None:
    """Add the part, empty for all jobs so far, to what makes a job unique."""
    op.add_column("jobs", sa.Column("part", sa.Text(), server_default="", nullable=False))
    op.drop_constraint("uq_jobs_kind_site_id_logical_date_run", "jobs", type_="unique")
    op.create_unique_constraint(
        "uq_jobs_kind_site_id_logical_date_run_part", "jobs", [*_KEY, "part"]
    )
