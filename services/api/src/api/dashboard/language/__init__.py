"""What the pages say, in the language of whoever reads them."""

from api.dashboard.language.catalogue import Catalogue, catalogue_of
from api.dashboard.language.language import Language
from api.dashboard.language.preferences import (
    LANGUAGES,
    THEMES,
    Preferences,
    Theme,
    preferences,
)

__all__ = [
    "LANGUAGES",
    "THEMES",
    "Catalogue",
    "Language",
    "Preferences",
    "Theme",
    "catalogue_of",
    "preferences",
]
