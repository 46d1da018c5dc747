"""Ask for a key before anything is changed."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the keys."""
