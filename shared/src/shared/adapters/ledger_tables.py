"""The tables beside the ledger of decisions and the log of events.

Seals are appended and never changed: the database refuses.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.adapters.tables import SPINE, WRITER, metadata
from shared.contracts.queues import Service

#: The chain over decisions and promotions: each digest covers a row and the digest before.
seals = Table(
    "seals",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # from 1, without a gap
    Column("sealed_table", Text, nullable=False),
    Column("sealed_key", Text, nullable=False),
    Column("digest", Text, nullable=False),
    UniqueConstraint("sealed_table", "sealed_key"),
    info={WRITER: Service.REGISTRY_GATE},
)

#: How far MLflow's aliases of a model are behind the promotions, and what keeps them.
mirrors = Table(
    "mirrors",
    metadata,
    Column("site_id", Text, ForeignKey("sites.site_id"), primary_key=True),
    Column("variable", Text, primary_key=True),
    # Versions the aliases stand for, as last seen to be so.
    Column("aliases", JSONB),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("last_error", Text),
    Column(
        "look_again_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=func.clock_timestamp(),
    ),
    info={WRITER: Service.REGISTRY_GATE},
)

#: What a service owes an event it reacts to: handled in the transaction of its effect, once, in
#: order of the events of a site; what cannot be handled stays here, with the reason.
deliveries = Table(
    "deliveries",
    metadata,
    Column("position", BigInteger, ForeignKey("events.position"), primary_key=True),
    Column("consumer", Text, primary_key=True),
    Column("subject", Text, nullable=False),  # of the event
    Column("state", Text, nullable=False, server_default="owed"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_error", Text),
    Column(
        "not_before", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()
    ),
    Column("ended_at", DateTime(timezone=True)),
    CheckConstraint("state in ('owed', 'handled', 'dead')", name="state_known"),
    Index(
        "ix_deliveries_owed",
        "consumer",
        "subject",
        "position",
        postgresql_where=text("state = 'owed'"),
    ),
    Index("ix_deliveries_dead", "position", postgresql_where=text("state = 'dead'")),
    info={WRITER: SPINE},
)
