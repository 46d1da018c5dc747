"""All tables of the system's database: whoever looks at the schema as a whole asks here."""

from shared.adapters.key_tables import api_keys
from shared.adapters.ledger_tables import deliveries, mirrors, seals
from shared.adapters.tables import SPINE, WRITER
from shared.adapters.verification_tables import metadata

__all__ = ["SPINE", "WRITER", "api_keys", "deliveries", "metadata", "mirrors", "seals"]
