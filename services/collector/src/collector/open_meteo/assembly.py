"""Puts the clients together: Open-Meteo with all restraint, the simulator with none."""

import math
from datetime import timedelta
from functools import partial

import redis

from collector.open_meteo.asking import Asking
from collector.open_meteo.calls import MAX_WEIGHT, Endpoint
from collector.open_meteo.client import Endpoints, OpenMeteoClient
from collector.open_meteo.fetch import HttpFetcher
from collector.open_meteo.restraint import Restrained
from collector.open_meteo.restraint.budget import Budget, Limits
from collector.open_meteo.restraint.circuit import read_circuit
from collector.open_meteo.restraint.spent import count_spent
from collector.open_meteo.restraint.turns import Turns
from collector.payloads.store import SqlPayloadStore
from collector.settings import CollectorSettings, OpenMeteoSettings
from shared.adapters.database import SessionFactory, make_engine, make_session_factory
from shared.adapters.event_stream import CONNECTION_OPTIONS
from shared.contracts.provenance import Provenance

# Open-Meteo's free service, https://open-meteo.com/en/pricing
_FREE_A_MINUTE, _FREE_AN_HOUR, _FREE_A_DAY = 600.0, 5_000.0, 10_000.0
# A call is small enough to find room in a minute in which others are made as well.
_SHARE_OF_A_MINUTE = 0.5


def make_open_meteo(settings: CollectorSettings, sessions: SessionFactory) -> OpenMeteoClient:
    """Return the client of Open-Meteo; it connects to nothing until it is first used."""
    limits = limits_of(settings)
    return OpenMeteoClient(
        Asking(
            source=Provenance.OPEN_METEO,
            fetcher=HttpFetcher(
                "Open-Meteo",
                setting="CLIMATE_OPEN_METEO_ARCHIVE_URL",
                api_key=settings.open_meteo_api_key,
            ),
            payloads=SqlPayloadStore(sessions),
            restraint=_restraint(settings, sessions, limits),
        ),
        endpoints_of(settings),
        max_weight=heaviest_call(limits),
    )


def make_simulated(url: str, sessions: SessionFactory) -> OpenMeteoClient:
    """Return the client of a simulator: ours, so asked without restraint, and never late."""
    fetcher = HttpFetcher("The simulator", setting="CLIMATE_SIMULATOR_URL", is_remote=False)
    return OpenMeteoClient(
        Asking(Provenance.SIMULATED, fetcher, SqlPayloadStore(sessions)), simulated_endpoints(url)
    )


def simulated_endpoints(url: str) -> Endpoints:
    """Return where the simulator is asked, at its address."""
    return Endpoints(
        archive=Endpoint(f"{url}/v1/archive"),
        forecast=Endpoint(f"{url}/v1/forecast"),
        guidance=Endpoint(f"{url}/v1/previous-runs"),
        archive_lag=timedelta(0),
    )


def endpoints_of(settings: OpenMeteoSettings) -> Endpoints:
    """Return where Open-Meteo is asked, and for which model's weather."""
    model = settings.open_meteo_forecast_model
    return Endpoints(
        archive=Endpoint(settings.open_meteo_archive_url, settings.open_meteo_archive_model),
        forecast=Endpoint(settings.open_meteo_forecast_url, model),
        guidance=Endpoint(settings.open_meteo_previous_runs_url, model),
        archive_lag=settings.open_meteo_archive_lag,
    )


def limits_of(settings: OpenMeteoSettings) -> Limits:
    """Return the calls Open-Meteo grants: those set, else those of the free service or the key."""
    is_free = settings.open_meteo_api_key is None

    def limit(is_set: float | None, free: float) -> float:
        return is_set or (free if is_free else math.inf)

    return Limits(
        minute=limit(settings.open_meteo_calls_per_minute, _FREE_A_MINUTE),
        hour=limit(settings.open_meteo_calls_per_hour, _FREE_AN_HOUR),
        day=limit(settings.open_meteo_calls_per_day, _FREE_A_DAY),
        margin=settings.open_meteo_margin,
        reserve=settings.open_meteo_reserve,
    )


def heaviest_call(limits: Limits) -> float:
    """Return the weight a call may have at most."""
    return min(MAX_WEIGHT, _SHARE_OF_A_MINUTE * limits.minute * (1.0 - limits.margin))


def _restraint(settings: CollectorSettings, sessions: SessionFactory, limits: Limits) -> Restrained:
    source = Provenance.OPEN_METEO
    client = redis.Redis.from_url(settings.redis_url.get_secret_value(), **CONNECTION_OPTIONS)
    # Whoever waits for a turn holds a connection: of a pool of its own, so that work never waits.
    queue = make_engine(settings.database_url.get_secret_value(), pool_size=1)
    return Restrained(
        source=source,
        turns=Turns(make_session_factory(queue), source),
        circuit=partial(read_circuit, sessions, source),
        budget=Budget(source, client, partial(count_spent, sessions, source), limits),
    )
