"""What can go wrong between a source and the database.

ClimateError
├── SourceUnavailable   no usable answer for now: the job waits, or is tried later and later
├── SourceRefused       an answer that another try will not change: the job goes to a human
├── FileRefused         a file to import that is not what it should be: nothing was stored
├── FindingRefused      a finding of the quality checks that cannot be decided on as asked
└── BackfillRefused     missing days asked for of a site that is not collected
"""

from datetime import timedelta

from shared.errors import ClimateError


class SourceUnavailable(ClimateError):
    """A source does not answer, answers too late, or asks to be left alone for a while.

    Attributes
    ----------
    retry_soon : bool
        Whether a second try within seconds may help; not so for an exhausted budget.
    retry_after : timedelta or None
        How long the source is to be left alone, where that is known.
    """

    retry_after: timedelta | None

    def __init__(
        self, message: str, *, retry_soon: bool = True, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message)
        self.retry_soon = retry_soon
        self.retry_after = retry_after


class SourceRefused(ClimateError):
    """A source refuses the request, or its answer breaks what was agreed."""

    is_lasting = True


class FileRefused(ClimateError):
    """A file cannot be imported; the text names file, line, value and what is accepted."""


class FindingRefused(ClimateError):
    """A finding of the quality checks cannot be decided on as asked; the text says why."""

    is_lasting = True


class BackfillRefused(ClimateError):
    """Missing days cannot be asked for; the text says what can be done instead."""
