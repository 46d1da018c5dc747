"""Run in an environment of its own: public clients of Open-Meteo, pointed at our base address.

Prints, as JSON, what each of them understood. Nothing of theirs is changed but the address.
"""

import asyncio
import json
import sys
from typing import Any

import openmeteo_requests
from aiohttp import ClientSession
from open_meteo import DailyParameters, OpenMeteo
from yarl import URL

SERIES = ("temperature_2m_max", "precipitation_sum", "precipitation_probability_max")
HERE = {"latitude": 31.63, "longitude": -8.0}


class Elsewhere:
    """A session whose requests go to another host: the client has its own written in it."""

    def __init__(self, session: ClientSession, base: str) -> None:
        self._session, self._base = session, URL(base)

    def get(self, url: URL, **options: Any) -> Any:  # noqa: ANN401 - aiohttp's own
        """Ask the same of the other host."""
        return self._session.get(self._base.with_path(url.path).with_query(url.query), **options)


def by_openmeteo_requests(base: str) -> dict[str, Any]:
    """Ask as the README of `openmeteo-requests` does: FlatBuffers, two places in one call."""
    client = openmeteo_requests.Client()
    parameters = {
        "latitude": [HERE["latitude"], 31.64],
        "longitude": [HERE["longitude"], -8.01],
        "daily": list(SERIES),
        "timezone": "Africa/Casablanca",
    }
    places = client.weather_api(f"{base}/v1/forecast", params=parameters)
    daily = places[0].Daily()
    return {
        "places": len(places),
        "elevation": places[0].Elevation(),
        "days": (daily.TimeEnd() - daily.Time()) // daily.Interval(),
        "daily": {
            name: daily.Variables(n).ValuesAsNumpy().tolist() for n, name in enumerate(SERIES)
        },
    }


def refusal_by_openmeteo_requests(base: str) -> str:
    """Return how a refusal reaches the user of `openmeteo-requests`."""
    try:
        openmeteo_requests.Client().weather_api(
            f"{base}/v1/forecast", params=HERE | {"daily": ["snow_depth_max"]}
        )
    except openmeteo_requests.OpenMeteoRequestsError as error:
        return str(error)
    return "nothing was refused"


async def by_open_meteo(base: str) -> dict[str, Any]:
    """Ask as the README of `open-meteo` does: JSON into typed objects."""
    async with ClientSession() as session:
        client = OpenMeteo(session=Elsewhere(session, base))
        forecast = await client.forecast(
            **HERE, daily=[DailyParameters(name) for name in SERIES], timezone="Africa/Casablanca"
        )
    return {
        "elevation": forecast.elevation,
        "days": len(forecast.daily.time),
        "daily": {name: getattr(forecast.daily, name) for name in SERIES},
    }


def main() -> None:
    """Ask the API at the address that is given."""
    base = sys.argv[1]
    found = {
        "openmeteo-requests": by_openmeteo_requests(base),
        "open-meteo": asyncio.run(by_open_meteo(base)),
        "refusal": refusal_by_openmeteo_requests(base),
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
