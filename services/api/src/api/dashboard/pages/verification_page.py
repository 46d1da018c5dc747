"""How the forecasts turned out: what came, and who came closest, lead by lead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from api.dashboard.chart.frame import Size
from api.dashboard.chart.leads import Errors, LeadChart
from api.dashboard.chart.track import Came, TrackChart
from api.dashboard.shell import Shell
from shared.contracts.issuers import REFERENCES, Issuer
from shared.forecasting.variables import FORECAST_VARIABLES, LEAD_DAYS, VARIABLES, Variable
from shared.forecasting.verification import (
    Coverage,
    IssuerSummary,
    LeadSummary,
    Verified,
    summarise,
)

#: Days the leaderboard looks back on: long enough that chance evens out, short enough to be now.
WINDOW = timedelta(days=90)
_TRACK_DAYS = 30
_WIDE, _NARROW = Size(1040.0, 300.0), Size(360.0, 240.0)
_LEADS, _LEADS_NARROW = Size(520.0, 300.0), Size(360.0, 260.0)


@dataclass(frozen=True)
class Standing:
    """An issuer on the leaderboard.

    Attributes
    ----------
    by_lead : sequence of (float or None)
        Its error at each lead: the mean absolute one; of rain the Brier score.
    is_best : sequence of bool
        Whether nobody's is smaller there.
    """

    issuer: str
    cases: int
    pooled: float
    by_lead: Sequence[float | None]
    is_best: Sequence[bool]
    skill: float | None
    coverage: Coverage | None


@dataclass(frozen=True)
class Turnout:
    """How the forecasts of a variable turned out.

    Attributes
    ----------
    next_day : float
        Mean absolute error of the champion one day ahead, in the variable's unit.
    """

    days: int
    next_day: float
    standings: Sequence[Standing]
    leads: LeadChart
    leads_narrow: LeadChart
    track: TrackChart
    track_narrow: TrackChart
    came: Sequence[Came]

    @property
    def champion(self) -> Standing:
        """The standing of the models in service."""
        return next(one for one in self.standings if one.issuer == Issuer.CHAMPION)


@dataclass(frozen=True)
class VerificationPage:
    """What the page shows of one site and variable; `turnout` is None before any was verified."""

    shell: Shell
    variable: Variable
    variables: Sequence[Variable]
    unit: str
    turnout: Turnout | None


def verification_page(shell: Shell, verified: Verified) -> VerificationPage:
    """Return the page about what came of the forecasts of a variable."""
    return VerificationPage(
        shell=shell,
        variable=verified.variable,
        variables=FORECAST_VARIABLES,
        unit=VARIABLES[verified.variable].unit,
        turnout=_turnout(verified),
    )


def _turnout(verified: Verified) -> Turnout | None:
    summaries = summarise(verified, REFERENCES)
    champion = next((one for one in summaries if one.issuer == Issuer.CHAMPION), None)
    came = _came(verified)
    if champion is None or not came:
        return None
    standings = _standings(summaries)
    errors = {one.issuer: _errors(one) for one in reversed(standings)}
    return Turnout(
        days=champion.pooled.days,
        next_day=float(np.mean([abs(one.error) for one in came])),
        standings=standings,
        leads=LeadChart.of(errors, _LEADS),
        leads_narrow=LeadChart.of(errors, _LEADS_NARROW),
        track=TrackChart.of(came[-_TRACK_DAYS:], _WIDE),
        track_narrow=TrackChart.of(came[-_TRACK_DAYS // 2 :], _NARROW),
        came=came[-_TRACK_DAYS:],
    )


def _came(verified: Verified) -> list[Came]:
    """Return the days the champion had forecast the day before."""
    scored = verified.by_issuer.get(Issuer.CHAMPION)
    if scored is None:
        return []
    days: list[date] = verified.dates.astype(object).tolist()
    columns = (scored.value[:, 0].tolist(), verified.observed.tolist(), scored.inside_80[:, 0])
    return [
        Came(day, forecast, observed, is_inside=bool(inside == 1.0))
        for day, forecast, observed, inside in zip(days, *columns, strict=True)
        if np.isfinite(forecast)
    ]


def _standings(summaries: Sequence[IssuerSummary]) -> list[Standing]:
    by_issuer = {one.issuer: _by_lead(one) for one in summaries}
    least = [_least(by_issuer, place) for place in range(len(LEAD_DAYS))]
    return [
        Standing(
            issuer=one.issuer,
            cases=one.pooled.cases,
            pooled=_error(one.pooled),
            by_lead=by_issuer[one.issuer],
            is_best=[
                value is not None and value == smallest
                for value, smallest in zip(by_issuer[one.issuer], least, strict=True)
            ],
            skill=one.pooled.skill.get(Issuer.DAMPED_PERSISTENCE),
            coverage=one.pooled.coverage_80,
        )
        for one in summaries
    ]


def _by_lead(summary: IssuerSummary) -> list[float | None]:
    known = {one.lead: _error(one) for one in summary.leads}
    return [known.get(lead) for lead in LEAD_DAYS]


def _least(by_issuer: Mapping[str, Sequence[float | None]], place: int) -> float | None:
    found = [values[place] for values in by_issuer.values()]
    return min((value for value in found if value is not None), default=None)


def _error(summary: LeadSummary) -> float:
    return summary.mae if summary.brier is None else summary.brier


def _errors(standing: Standing) -> Errors:
    pairs = zip(LEAD_DAYS, standing.by_lead, strict=True)
    return [(lead, value) for lead, value in pairs if value is not None]
