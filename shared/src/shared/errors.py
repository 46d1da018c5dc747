"""The errors of the whole system, as one drawn hierarchy.

ClimateError                     a sentence that says what is wrong and what to do
├── ConfigurationError           a setting is missing or a placeholder: the process refuses to start
├── SiteUnknown                  no such site
├── SiteRefused                  a site cannot be added or changed as asked
├── ProvenanceConflict           a site's observations would come from a second source
├── NotEnoughData                too few observations for what was asked
├── DecisionRefused              what is asked of the gate cannot be done
├── LeaseLost                    another worker has taken the job over; nothing was written
└── ArtifactRefused              a model artifact is damaged, foreign or not what the database says

A service adds its own below these.
"""

from datetime import timedelta
from typing import ClassVar


class ClimateError(Exception):
    """Anything a user can do something about; its text is one sentence that says what.

    Attributes
    ----------
    is_lasting : bool
        Whether another try of the same work must fail too: its job is then a dead letter at once.
    retry_after : timedelta or None
        When it is known how long to wait: the job is tried again after that, and since being asked
        to wait is no failure, the attempt is not counted.
    """

    is_lasting: ClassVar[bool] = False
    retry_after: timedelta | None = None


class ConfigurationError(ClimateError):
    """A setting is missing, a placeholder, or contradicts another."""


class SiteUnknown(ClimateError):
    """No site of this name exists."""

    is_lasting = True

    def __init__(self, site_id: str) -> None:
        super().__init__(f"There is no site {site_id!r}; `climate sites` lists those there are.")
        self.site_id = site_id


class SiteRefused(ClimateError):
    """What is said of a site cannot be true, or what is asked of it cannot be done."""

    is_lasting = True


class ProvenanceConflict(ClimateError):
    """A site has one provenance; observations of a second one are refused."""

    is_lasting = True

    def __init__(self, site_id: str, *, existing: str, offered: str) -> None:
        super().__init__(
            f"The observations of {site_id!r} are {existing}; {offered} ones are refused, since "
            "a site never mixes sources. Use a site of their own (`climate sites add`, with "
            "--imported for a file), or another CLIMATE_HOME."
        )
        self.site_id = site_id


class NotEnoughData(ClimateError):
    """A computation needs more observations than there are, and a job sees the same ones again."""

    is_lasting = True


class DecisionRefused(ClimateError):
    """What is asked of the gate cannot be done as things stand."""

    is_lasting = True


class LeaseLost(ClimateError):
    """The lease on a job ran out and another worker may have it: this one must write nothing."""


class ArtifactRefused(ClimateError):
    """A model artifact fails a check, so it is never used."""
