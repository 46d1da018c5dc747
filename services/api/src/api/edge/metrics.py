"""What Prometheus is told of the requests of this process."""

from prometheus_client import CollectorRegistry, Counter, Histogram

# Milliseconds for what is ready, seconds for what is read from the database.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class RequestMetrics:
    """Counts requests and their time, by route."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "climate_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "climate_request_seconds",
            "Time to the end of an answer",
            ("route",),
            buckets=_BUCKETS,
            registry=registry,
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
