"""MLflow and Flower run without anything of ours; what they repeat of it is the same."""

import asyncio
from typing import Any

import httpx
import pytest

from local import secrets
from local.servers import flower
from local.servers.mlflow import Scope, TokenGuard
from shared.adapters.celery import KEY_PREFIX

WRITER, READER = "may-do-everything", "may-look"


def test_flower_looks_where_our_messages_are() -> None:
    assert flower.KEY_PREFIX == KEY_PREFIX


def test_flower_user_is_the_one_that_is_shown() -> None:
    assert flower.USER == secrets.FLOWER_USER


async def anything(scope: Scope, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
    """Answer 200 to whatever is let in."""
    del scope, receive
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def status(method: str, authorization: str | None, read_token: str | None = READER) -> int:
    async def ask() -> int:
        transport = httpx.ASGITransport(app=TokenGuard(anything, WRITER, read_token))
        headers = {"Authorization": authorization} if authorization else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://mlflow") as client:
            return (await client.request(method, "/", headers=headers)).status_code

    return asyncio.run(ask())


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_mlflow_token_opens_everything(method: str) -> None:
    assert status(method, f"Bearer {WRITER}") == 200


@pytest.mark.parametrize(("method", "expected"), [("GET", 200), ("HEAD", 200), ("POST", 401)])
def test_mlflow_read_token_opens_reading_alone(method: str, expected: int) -> None:
    assert status(method, f"Bearer {READER}") == expected


@pytest.mark.parametrize("shown", [None, "Bearer ", "Bearer other", WRITER, "Basic may-look"])
def test_mlflow_is_closed_without_a_token(shown: str | None) -> None:
    assert status("GET", shown) == 401


def test_mlflow_has_no_read_token_unless_one_is_set() -> None:
    assert status("GET", "Bearer None", read_token=None) == 401
