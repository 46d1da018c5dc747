"""API keys: what they look like, and what each of them may do."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum

_PREFIX = "climate"
_ID_BYTES = 6
# Beyond any guessing, so that one round of SHA-256 keeps it as well as any slow hash.
_SECRET_BYTES = 32
_LONGEST = 200


class Scope(StrEnum):
    """What a key may be used for."""

    SITES = "sites"  # add and remove sites
    WORK = "work"  # ask for collections and trainings
    MODELS = "models"  # take champions back


@dataclass(frozen=True)
class ApiKey:
    """A key as its owner holds it; only its id and its digest are ever kept.

    Attributes
    ----------
    key_id : str
        Names the key in lists and logs.
    secret : str
        Never shown by its `repr`.
    """

    key_id: str
    secret: str

    @classmethod
    def new(cls) -> "ApiKey":
        """Return a key nobody has had before."""
        return cls(secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES))

    @classmethod
    def read(cls, text: str) -> "ApiKey | None":
        """Return the key a text spells, or None if it spells none."""
        prefix, _, rest = text.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != _PREFIX or not key_id or not secret or len(text) > _LONGEST:
            return None
        return cls(key_id, secret)

    @property
    def text(self) -> str:
        """The key as it is handed over and sent in `X-API-Key`."""
        return f"{_PREFIX}_{self.key_id}_{self.secret}"

    @property
    def digest(self) -> str:
        """What is kept of the secret."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def is_kept_as(self, digest: str) -> bool:
        """Say whether this is the key of a digest; takes the same time whatever the answer."""
        return hmac.compare_digest(self.digest, digest)

    def __repr__(self) -> str:
        return f"ApiKey({self.key_id!r})"
