"""The work beside the server ends with it, even where a cancellation is lost."""

import asyncio

from api.bootstrap import _beside


def test_work_that_takes_a_cancellation_for_a_timeout_ends_all_the_same() -> None:
    lost: list[bool] = []

    async def loses_the_first() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if lost:
                    raise
                lost.append(True)

    async def serve() -> None:
        async with asyncio.timeout(30):
            async with _beside(loses_the_first()):
                await asyncio.sleep(0)

    asyncio.run(serve())
    assert lost
