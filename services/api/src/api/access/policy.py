"""How much may be asked, and from which pages: what the settings say of it."""

from dataclasses import dataclass

from limits import RateLimitItem

#: Bytes of a request; a batch of histories at its limit is well below.
LARGEST_BODY = 8 * 1024 * 1024


@dataclass(frozen=True)
class Policy:
    """What is let in.

    Attributes
    ----------
    address_limit, key_limit : RateLimitItem
        Requests of an address, and of a key.
    cors_origins : tuple of str
        Origins whose pages may call the API; none by default.
    """

    address_limit: RateLimitItem
    key_limit: RateLimitItem
    cors_origins: tuple[str, ...] = ()
