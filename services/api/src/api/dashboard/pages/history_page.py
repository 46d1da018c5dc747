"""What has happened to the models of a site: trained, decided, promoted, rolled back, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from api.answers.record import DecisionAnswer, LoggedEvent
from api.dashboard.shell import Shell
from shared.contracts.events import (
    CandidateRegistered,
    DriftDetected,
    EventType,
    ModelRolledBack,
    RetrainingRequested,
)
from shared.forecasting.variables import Variable

#: The events that are told here; decisions are read by themselves, for their reasons.
EVENT_TYPES = (
    EventType.CANDIDATE_REGISTERED,
    EventType.MODEL_ROLLED_BACK,
    EventType.DRIFT_DETECTED,
    EventType.RETRAINING_REQUESTED,
)


@dataclass(frozen=True)
class Happening:
    """Something that has happened.

    Attributes
    ----------
    kind : str
        `trained`, `promote`, `reject`, `inconclusive`, `rolled_back`, `drift` or `retraining`.
    variables : tuple of Variable
        What it was about.
    reason : str or None
        In the words of whoever decided: always English.
    family, version : str or None
        Of the model that was decided about.
    """

    at: datetime
    kind: str
    variables: tuple[Variable, ...]
    reason: str | None = None
    family: str | None = None
    version: str | None = None
    asked_by: str | None = None


@dataclass(frozen=True)
class HistoryPage:
    """What the page shows of one site: days with what happened on them, the newest first."""

    shell: Shell
    days: Sequence[tuple[date, Sequence[Happening]]]


def history_page(
    shell: Shell, decisions: Sequence[DecisionAnswer], events: Sequence[LoggedEvent]
) -> HistoryPage:
    """Return the page about what has happened."""
    found = [*_decided(decisions), *_trained(events), *_told(events)]
    newest_first = sorted(found, key=lambda happening: happening.at, reverse=True)
    by_day = groupby(newest_first, key=lambda happening: happening.at.date())
    return HistoryPage(shell, [(day, list(happenings)) for day, happenings in by_day])


def _decided(decisions: Sequence[DecisionAnswer]) -> Iterator[Happening]:
    for one in decisions:
        yield Happening(
            at=one.decided_at,
            kind=one.outcome,
            variables=(one.variable,),
            reason=one.reason,
            family=one.family,
            version=one.model_version,
        )


def _trained(events: Sequence[LoggedEvent]) -> Iterator[Happening]:
    """Yield a training for each chain of events: its candidates were registered one by one."""
    trainings: dict[str, list[tuple[datetime, Variable]]] = {}
    for event in events:
        fact = event.fact()
        if isinstance(fact, CandidateRegistered):
            trainings.setdefault(str(event.correlation_id), []).append((event.time, fact.variable))
    for found in trainings.values():
        variables = tuple(dict.fromkeys(variable for _, variable in found))
        yield Happening(max(at for at, _ in found), "trained", variables)


def _told(events: Sequence[LoggedEvent]) -> Iterator[Happening]:
    for event in events:
        fact = event.fact()
        if isinstance(fact, ModelRolledBack):
            yield Happening(
                event.time, "rolled_back", (fact.variable,), fact.reason, asked_by=fact.asked_by
            )
        elif isinstance(fact, DriftDetected):
            yield Happening(event.time, "drift", (fact.variable,), fact.reason)
        elif isinstance(fact, RetrainingRequested):
            yield Happening(
                event.time, "retraining", fact.variables, fact.reason, asked_by=fact.asked_by
            )
