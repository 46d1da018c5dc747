"""How good forecasts turned out to be, computed from arrays of forecasts and what was observed."""

from shared.forecasting.verification.scored import ScoredForecasts, Verified
from shared.forecasting.verification.summary import (
    Coverage,
    IssuerSummary,
    LeadSummary,
    ReliabilityBin,
    summarise,
)

__all__ = [
    "Coverage",
    "IssuerSummary",
    "LeadSummary",
    "ReliabilityBin",
    "ScoredForecasts",
    "Verified",
    "summarise",
]
