"""What verification has found, read for answers, pages and commands; the gate alone writes it.

`load_verified` and `shared.forecasting.verification.summarise` make the leaderboard of a site and
variable; `forecasts_from` and `forecast_before` give what was issued; `latest_reviews` what was
concluded.
"""

from shared.adapters.verification.issued import (
    IssuedForecast,
    forecast_before,
    forecasts_from,
    issued_forecast,
)
from shared.adapters.verification.reviewed import Review, latest_reviews
from shared.adapters.verification.scored import load_compared, load_verified

__all__ = [
    "IssuedForecast",
    "Review",
    "forecast_before",
    "forecasts_from",
    "issued_forecast",
    "latest_reviews",
    "load_compared",
    "load_verified",
]
