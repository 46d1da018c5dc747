"""What Prometheus is told of the requests of this process."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

# Milliseconds for what is ready, seconds for what is read from the database.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_BOUNDS = (*(str(float(bound)) for bound in _BUCKETS), "+Inf")


@dataclass
class _Times:
    """How long requests took: how many of them, by bucket, and all together."""

    in_bucket: list[int] = field(default_factory=lambda: [0] * len(_BOUNDS))
    seconds: float = 0.0


class RequestMetrics(Collector):
    """Counts requests and their time, by route.

    In plain numbers, of which metrics are made when they are asked for: requests are noted on the
    event loop alone, so nothing is locked on their way.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._times: defaultdict[str, _Times] = defaultdict(_Times)
        registry.register(self)

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests[method, route, status] += 1
        times = self._times[route]
        times.in_bucket[bisect_left(_BUCKETS, seconds)] += 1
        times.seconds += seconds

    def collect(self) -> Iterator[CounterMetricFamily | HistogramMetricFamily]:
        """Yield the metrics."""
        yield self._counted()
        yield self._timed()

    def _counted(self) -> CounterMetricFamily:
        labels = ("method", "route", "status")
        counted = CounterMetricFamily("climate_requests", "Requests answered", labels=labels)
        for (method, route, status), requests in tuple(self._requests.items()):
            counted.add_metric((method, route, str(status)), requests)
        return counted

    def _timed(self) -> HistogramMetricFamily:
        text = "Time to the end of an answer"
        timed = HistogramMetricFamily("climate_request_seconds", text, labels=("route",))
        for route, times in tuple(self._times.items()):
            so_far = accumulate(times.in_bucket)
            timed.add_metric((route,), list(zip(_BOUNDS, so_far, strict=True)), times.seconds)
        return timed
