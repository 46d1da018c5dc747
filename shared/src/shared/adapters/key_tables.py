"""The table of API keys: digests, never keys."""

from sqlalchemy import Column, DateTime, Table, Text, func
from sqlalchemy.dialects.postgresql import ARRAY

from shared.adapters.tables import SPINE, WRITER, metadata

#: Who may change state over HTTP. A key that is revoked stays, for the record of what it did.
api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("secret_sha256", Text, nullable=False),
    Column(
        "created_at",
        DateTime(timezone=True),
        server_default=func.clock_timestamp(),
        nullable=False,
    ),
    Column("revoked_at", DateTime(timezone=True)),
    info={WRITER: SPINE},
)
