"""Note when each worker last answered a tick: whoever asks sees whether the queues work."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the ticks."""
    op.create_table(
        "ticks",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column(
            "ticked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_ticks")),
    )
