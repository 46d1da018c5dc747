"""Whatever is asked, the answer is never the server's fault."""

import asyncio
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from api.answers.parameters import ArchiveQuery, ForecastQuery
from api.answers.quality import QualityQuery
from api.answers.record import DecisionQuery, EventQuery
from tests.unit.api.conftest import client_of
from tests.unit.api.world import world_with_champions

PATHS: dict[str, type[BaseModel]] = {
    "/api/v1/forecast": ForecastQuery,
    "/api/v1/archive": ArchiveQuery,
    "/api/v1/decisions": DecisionQuery,
    "/api/v1/events": EventQuery,
    "/api/v1/data-quality": QualityQuery,
}
NAMES = sorted({name for query in PATHS.values() for name in query.model_fields} | {"unknown"})
RIGHT_SOMEWHERE = """
    marrakech 31.63 -8.0 celsius fahrenheit kmh inch unixtime GMT auto Africa/Casablanca 7 0
    temperature_2m_max,precipitation_probability 2026-01-01 2026-01-01T00:00:00Z promote
"""
OFTEN_FATAL = """
    NaN Infinity -1e999 1e999 null true [] {} ../../etc/passwd %00 -0 9999-12-31 0001-01-01
    9223372036854775807 9223372036854775808 0x10 1_000 , ,, ;
"""
VALUES = st.one_of(
    st.sampled_from([*RIGHT_SOMEWHERE.split(), *OFTEN_FATAL.split()]),
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
    st.datetimes().map(str),
    st.text(max_size=40),
)
QUERIES = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=6)
SITES: st.SearchStrategy[list[tuple[str, str]]] = st.sampled_from([[], [("site", "marrakech")]])


@pytest.fixture(scope="module")
def client() -> httpx.AsyncClient:
    """Return a client that outlives the examples; it holds no connection."""
    return client_of(world_with_champions())


@settings(max_examples=300)
@given(path=st.sampled_from(sorted(PATHS)), site=SITES, query=QUERIES)
def test_no_query_makes_the_server_fail(
    client: httpx.AsyncClient,
    path: str,
    site: list[tuple[str, str]],
    query: list[tuple[str, str]],
) -> None:
    text = "&".join(f"{name}={quote(value, safe='')}" for name, value in [*site, *query])
    response = asyncio.run(client.get(f"{path}?{text}"))
    assert response.status_code in {200, 404, 422}, response.text
    response.json()


@settings(max_examples=150)
@given(
    raw=st.text(
        st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=80
    )
)
def test_no_raw_query_string_makes_the_server_fail(client: httpx.AsyncClient, raw: str) -> None:
    url = httpx.URL("http://api.test/api/v1/forecast", query=raw.encode())
    response = asyncio.run(client.get(url))
    assert response.status_code in {200, 404, 422}, response.text
