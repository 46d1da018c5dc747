"""Keep every forecast, and what came of it."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add forecasts, scores and reviews."""
