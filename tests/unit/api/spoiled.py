"""What the database would say of data that is not what it should be."""

from datetime import date, timedelta

from shared.adapters.data_quality.collecting import Collection
from shared.adapters.data_quality.coverage import Coverage, Month, Window
from shared.adapters.data_quality.gaps import Gap, Gaps
from shared.adapters.data_quality.held import FindingCount, Findings, HeldValue
from shared.adapters.data_quality.helpers import GuidanceCoverage, RingCoverage
from shared.adapters.data_quality.report import SiteQuality
from shared.adapters.data_quality.sources import SourceHealth
from shared.contracts.jobs import JobKind
from shared.forecasting.variables import Variable
from tests.unit.api.world import LAST_DATE, NOW

HAD = (Variable.TEMPERATURE_MAX, Variable.PRECIPITATION)


def window(days: int, *, missing: int = 0, provisional: int = 0) -> Window:
    """Return a window of which a site has two variables."""
    known = {variable: days - missing if variable in HAD else 0 for variable in Variable}
    return Window(days, days - missing, provisional, known)


def spoiled_quality(*, last_date: date = LAST_DATE) -> SiteQuality:
    """Return the quality of a site with gaps, values in quarantine and a source that fails."""
    gap = Gap(date(2026, 6, 1), date(2026, 6, 3), days=3, empty_days=1)
    held = HeldValue(
        finding_id=17,
        site_id="marrakech-90",
        valid_date=LAST_DATE,
        variable=Variable.TEMPERATURE_MAX,
        value=71.4,
        check_name="bounds",
        reason="71.4 °C is outside what any place on earth has seen",
        found_at=NOW - timedelta(hours=2),
    )
    return SiteQuality(
        coverage=Coverage(
            first_date=date(2026, 5, 30),
            last_date=last_date,
            variables=HAD,
            windows={
                30: window(30, provisional=10),
                365: window(177, missing=3, provisional=10),
                None: window(177, missing=3, provisional=10),
            },
        ),
        months=(
            Month(date(2026, 5, 1), window(2)),
            Month(date(2026, 6, 1), window(30, missing=3)),
            Month(date(2026, 7, 1), window(31, missing=31)),
        ),
        gaps=Gaps(count=1, days=3, longest=(gap,)),
        findings=Findings(
            counts=(
                FindingCount("held", "bounds", Variable.TEMPERATURE_MAX, 1),
                FindingCount("flagged", "climate", Variable.PRECIPITATION, 4),
            ),
            newest=(held,),
        ),
        collections=(collection(LAST_DATE),),
        ring=RingCoverage(8, days=1416, observed_days=1400, oldest_last_date=None),
        guidance=GuidanceCoverage(date(2024, 1, 1), LAST_DATE, days=365, known_days=365),
    )


def collection(day: date, state: str = "done", **values: object) -> Collection:
    """Return a collection as the ledger has it."""
    defaults = {
        "attempts": 1,
        "progress": None,
        "last_error": None,
        "not_before": NOW - timedelta(hours=6),
        "finished_at": NOW - timedelta(hours=5) if state == "done" else None,
    }
    return Collection(
        **{"kind": JobKind.COLLECT, "logical_date": day, "state": state} | defaults | values  # type: ignore[arg-type] # columns of a row
    )


def failing_source() -> SourceHealth:
    """Return a source that has not answered for an hour."""
    return SourceHealth(
        source="open-meteo-archive",
        answers=20,
        problems=5,
        exhausted=1,
        last_answer_at=NOW - timedelta(hours=2),
        failing_since=NOW - timedelta(hours=1),
        left_alone_until=NOW + timedelta(minutes=14),
        last_problem="HTTP 503: overloaded",
        last_problem_at=NOW - timedelta(minutes=1),
        weight_this_minute=2.5,
        weight_this_hour=40.0,
        weight_today=181.0,
    )
