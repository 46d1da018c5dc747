"""What Prometheus is told of this process: what it serves, how old that is, what waits to be done.

Read at each scrape, from the state that requests are answered from; the queues from the ledger.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.answers.problems import RecordUnavailable
from api.answers.record import Record
from api.serving.state import ServingState


class ServingGauges(Collector):
    """Collects the state of the process.

    Parameters
    ----------
    record : Record
        Where the length of the queues is read; nothing is said of them while it is away.
    """

    def __init__(self, state: ServingState, record: Record) -> None:
        self._state = state
        self._record = record

    def describe(self) -> Iterable[Metric]:
        """Nothing is read before the first scrape."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Return every gauge."""
        yield from self._models()
        yield self._ages()
        yield from self._reloads()
        yield from self._links()
        yield from self._queues()
        yield from self._skill()

    def _models(self) -> Iterator[Metric]:
        names = ("site", "variable", "family", "version")
        epochs = GaugeMetricFamily(
            "climate_model_epoch", "Epoch of the champion that is served", labels=names
        )
        delays = GaugeMetricFamily(
            "climate_model_reload_seconds",
            "Time from the promotion until this process could serve it",
            labels=("site", "variable"),
        )
        for site_id, served in self._state.snapshot.sites.items():
            for variable, model in served.models.items():
                champion = model.champion
                labels = (site_id, variable, champion.family, champion.model_version)
                epochs.add_metric(labels, champion.epoch)
                delays.add_metric((site_id, variable), model.seconds_from_promotion)
        yield epochs
        yield delays

    def _ages(self) -> Metric:
        ages = GaugeMetricFamily(
            "climate_forecast_age_seconds",
            "Time since the end of the last observed day",
            labels=("site",),
        )
        now = self._state.now()
        for site_id, served in self._state.snapshot.sites.items():
            if served.history is not None:
                end = datetime.combine(served.history.last_date, time.max, UTC)
                ages.add_metric((site_id,), (now - end).total_seconds())
        return ages

    def _reloads(self) -> Iterator[Metric]:
        yield CounterMetricFamily(
            "climate_reloads", "Snapshots swapped in", value=self._state.reloads
        )
        yield GaugeMetricFamily(
            "climate_models_refused",
            "Champions this process could not load",
            value=len(self._state.failures),
        )

    def _links(self) -> Iterator[Metric]:
        links = {"database": self._state.database, "redis": self._state.stream}
        up = GaugeMetricFamily("climate_link_up", "Whether it answers", labels=("to",))
        for name, link in links.items():
            up.add_metric((name,), float(link.error is None))
        yield up

    def _queues(self) -> Iterator[Metric]:
        try:
            counts = self._record.queue_lengths()
        except RecordUnavailable:
            return
        queues = GaugeMetricFamily(
            "climate_jobs", "Jobs that wait, are at work or have failed", labels=("kind", "state")
        )
        for (kind, state), number in counts.items():
            queues.add_metric((kind, state), number)
        yield queues

    def _skill(self) -> Iterator[Metric]:
        try:
            found = self._record.live_skill()
        except RecordUnavailable:
            return
        skill = GaugeMetricFamily(
            "climate_live_skill",
            "Share of the usual error the champion saves against a rival, by the newest review",
            labels=("site", "variable", "rival"),
        )
        for labels, saved in found.items():
            skill.add_metric(labels, saved)
        yield skill
