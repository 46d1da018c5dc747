"""Bringing what this process serves in line with the database: load beside, check, swap.

Hints and the timer both end here, and only what the database says counts: a lost, doubled or
reordered hint changes nothing but the delay. A champion that cannot be loaded leaves the model
before it serving, and is tried again after a pause that doubles.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from types import MappingProxyType

import structlog

from api.ports import Champion, DesiredState, ServingSource
from api.serving.forecasts import Ladder, Step, champion_forecast, make_forecasts
from api.serving.loading import ModelLoader
from api.serving.snapshot import Rung, ServedModel, ServedSite
from api.serving.state import ModelKey, ReloadFailure, ServingState
from shared.contracts.sites import Site
from shared.errors import NotEnoughData
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import Variable

FIRST_RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(minutes=10)
#: Where a forecast was made without its neighbours or guidance, so often is looked for them.
LATE_INPUTS_PAUSE = timedelta(minutes=10)
_MOST_DOUBLINGS = 10  # more would only make a number nobody needs

_log = structlog.get_logger(__name__)


class Reconciler:
    """Renews the serving state; used by one thread at a time."""

    def __init__(self, state: ServingState, loader: ModelLoader) -> None:
        self._state = state
        self._loader = loader
        self._previous: dict[ModelKey, ServedModel] = {}

    def reconcile(self, source: ServingSource) -> DesiredState:
        """Serve what a source says should be served, as far as that is possible now.

        Sites are renewed one by one: each swap is complete in itself. Whatever the source raises
        is the caller's; what was swapped in before it stays.
        """
        desired = source.desired_state()
        self._drop_removed(desired)
        for site in desired.sites:
            current = self._state.snapshot.sites.get(site.site_id)
            served = self._renewed(current or ServedSite(site), site, desired, source)
            if served is not current:
                self._state.swap(self._state.snapshot.with_site(served))
                _log.info("site_reloaded", site_id=site.site_id, epochs=_epochs(served))
        self._state.is_complete = True
        return desired

    def _drop_removed(self, desired: DesiredState) -> None:
        """Stop serving the sites that are gone."""
        snapshot = self._state.snapshot
        kept = snapshot.only(site.site_id for site in desired.sites)
        if len(kept.sites) < len(snapshot.sites):
            self._state.swap(kept)
            _log.info("sites_dropped", site_ids=sorted(set(snapshot.sites) - set(kept.sites)))

    def _renewed(
        self, current: ServedSite, site: Site, desired: DesiredState, source: ServingSource
    ) -> ServedSite:
        """Return a site as it should be served; the very same object if nothing has changed."""
        newest_known_at = desired.newest_known_at.get(site.site_id, current.newest_known_at)
        inputs, looked_at = current.inputs, current.looked_at
        is_new = newest_known_at != current.newest_known_at
        if is_new or self._is_worth_another_look(current):
            inputs, looked_at = source.inputs(site.site_id), self._state.now()
        models = self._models(current, desired, inputs)
        epochs = _wanted_epochs(site, desired)
        if (site, newest_known_at, looked_at, models, epochs) == (
            current.site,
            current.newest_known_at,
            current.looked_at,
            dict(current.models),
            dict(current.epochs),
        ):
            return current
        ladder = self._ladder(site, models, desired)
        forecasts = make_forecasts(inputs, ladder) if inputs is not None else {}
        return ServedSite(
            site=site,
            newest_known_at=newest_known_at,
            inputs=inputs,
            looked_at=looked_at,
            models=MappingProxyType(models),
            epochs=MappingProxyType(epochs),
            forecasts=MappingProxyType(forecasts),
        )

    def _ladder(
        self, site: Site, models: Mapping[Variable, ServedModel], desired: DesiredState
    ) -> Ladder:
        """Return who may answer for a variable: what is loaded, then the champion before it.

        The latter is loaded only where it is needed.
        """
        wanted = _wanted_epochs(site, desired)
        previous = {one.variable: one for one in desired.previous if one.site_id == site.site_id}

        def steps(variable: Variable) -> Iterator[Step]:
            failure = self._state.failures.get((site.site_id, variable))
            why = failure.reason if failure else None
            served = models.get(variable)
            if served is not None:
                is_newest = served.champion.epoch >= wanted.get(variable, 0)
                rung = Rung.CHAMPION if is_newest else Rung.PREVIOUS_CHAMPION
                yield Step(rung, served, None if is_newest else why)
            before = self._loaded(previous.get(variable))
            if before is not None:
                yield Step(Rung.PREVIOUS_CHAMPION, before, why)

        return steps

    def _loaded(self, champion: Champion | None) -> ServedModel | None:
        """Return the champion before the present one, or None where it cannot be had either."""
        if champion is None:
            return None
        key = (champion.site_id, champion.variable)
        kept = self._previous.get(key)
        if kept is not None and kept.champion == champion:
            return kept
        try:
            self._previous[key] = self._loader.load(champion)
        except Exception as error:  # noqa: BLE001 - climatology answers instead
            _log.warning("previous_champion_refused", **_log_fields(champion), reason=str(error))
            return None
        return self._previous[key]

    def _is_worth_another_look(self, current: ServedSite) -> bool:
        """Say whether neighbours or guidance that came late may have come by now."""
        if not current.misses_inputs or current.looked_at is None:
            return False
        return self._state.now() >= current.looked_at + LATE_INPUTS_PAUSE

    def _models(
        self, current: ServedSite, desired: DesiredState, inputs: ForecastInputs | None
    ) -> dict[Variable, ServedModel]:
        models = dict(current.models)
        for champion in desired.champions:
            if champion.site_id == current.site.site_id and self._is_due(champion, models):
                loaded = self._load(champion, inputs)
                if loaded is not None:
                    models[champion.variable] = loaded
        return models

    def _is_due(self, champion: Champion, models: dict[Variable, ServedModel]) -> bool:
        """Say whether a champion is newer than the one served, and may be tried now."""
        served = models.get(champion.variable)
        if served is not None and served.champion.epoch >= champion.epoch:
            return False
        failure = self._state.failures.get((champion.site_id, champion.variable))
        if failure is None or failure.epoch != champion.epoch:
            return True
        return self._state.now() >= failure.retry_at

    def _load(self, champion: Champion, inputs: ForecastInputs | None) -> ServedModel | None:
        try:
            model = self._loader.load(champion)
            if inputs is not None:
                _try_out(model, inputs)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the old one serves on
            self._note_failure(champion, error)
            return None
        self._forget_failure(champion)
        _log.info(
            "champion_loaded",
            **_log_fields(champion),
            seconds_from_promotion=round(model.seconds_from_promotion, 3),
        )
        return model

    def _note_failure(self, champion: Champion, error: Exception) -> None:
        key = (champion.site_id, champion.variable)
        before = self._state.failures.get(key)
        attempts = before.attempts + 1 if before and before.epoch == champion.epoch else 1
        now = self._state.now()
        pause = min(FIRST_RETRY * 2 ** min(attempts - 1, _MOST_DOUBLINGS), LONGEST_RETRY)
        failure = ReloadFailure(
            site_id=champion.site_id,
            variable=champion.variable,
            epoch=champion.epoch,
            candidate_id=champion.candidate_id,
            reason=f"{type(error).__name__}: {error}",
            attempts=attempts,
            failed_at=now,
            retry_at=now + pause,
        )
        self._state.failures = MappingProxyType({**self._state.failures, key: failure})
        _log.error("champion_refused", **_log_fields(champion), reason=failure.reason)

    def _forget_failure(self, champion: Champion) -> None:
        key = (champion.site_id, champion.variable)
        others = {name: failure for name, failure in self._state.failures.items() if name != key}
        self._state.failures = MappingProxyType(others)


def _try_out(model: ServedModel, inputs: ForecastInputs) -> None:
    """Make one real forecast; a gap in the observations is not the model's fault."""
    with suppress(NotEnoughData):
        champion_forecast(model, inputs)


def _wanted_epochs(site: Site, desired: DesiredState) -> dict[Variable, int]:
    return {
        champion.variable: champion.epoch
        for champion in desired.champions
        if champion.site_id == site.site_id
    }


def _log_fields(champion: Champion) -> dict[str, str | int]:
    return {
        "site_id": champion.site_id,
        "variable": champion.variable,
        "epoch": champion.epoch,
        "candidate_id": str(champion.candidate_id),
    }


def _epochs(served: ServedSite) -> dict[str, int]:
    return {variable: model.champion.epoch for variable, model in served.models.items()}
