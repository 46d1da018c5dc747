"""Which words fit a chance of rain, a wind, a temperature for the season: names of phrases."""

from api.dashboard.language import Language
from shared.forecasting.variables import Variable

# Upper bounds (exclusive) of a chance of rain, and what is said below them.
_RAIN_WORDS = (
    (0.10, "rain.dry"),
    (0.30, "rain.probably_dry"),
    (0.60, "rain.possible"),
    (0.80, "rain.likely"),
)
_RAIN_CERTAIN = "rain.certain"

# Upper bounds (exclusive) of the Beaufort scale in km/h (WMO-No. 8), a few degrees taken together.
_WIND_WORDS = (
    (12.0, "wind.light"),
    (29.0, "wind.moderate"),
    (39.0, "wind.fresh"),
    (62.0, "wind.strong"),
    (89.0, "wind.gale"),
)
_WIND_STORM = "wind.storm"


def rain_words(probability: float) -> str:
    """Return what a chance of rain means."""
    return next((words for below, words in _RAIN_WORDS if probability < below), _RAIN_CERTAIN)


def wind_words(speed_kmh: float) -> str:
    """Return what a wind speed feels like."""
    return next((words for below, words in _WIND_WORDS if speed_kmh < below), _WIND_STORM)


def unusual(value: float, usual: float, language: Language) -> str:
    """Return how a temperature compares with the season: `3° warmer than usual`, or about as."""
    difference = round(value - usual)
    if not difference:
        return language.say("season.as_usual")
    return language.say("season.warmer" if difference > 0 else "season.colder", n=abs(difference))


def variable_name(variable: str, language: Language) -> str:
    """Return what a variable is called."""
    return language.say(f"variable.{Variable(variable).value}")
