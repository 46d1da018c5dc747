"""Make the record of decisions one that cannot be changed unseen."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make decisions append-only, and chain them."""
