"""A central system per test, and a station that waits for its commands."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import pytest
import pytest_asyncio

from ocpp_ws.test_client.options import Options
from ocpp_ws.test_client.progress import Progress
from ocpp_ws.test_client.start import run_station
from tests.test_client.csms import Csms, running_csms

Charging = Callable[..., AbstractAsyncContextManager["asyncio.Task[Any]"]]


@pytest_asyncio.fixture
async def csms() -> AsyncIterator[Csms]:
    async with running_csms() as running:
        yield running


@pytest.fixture
def charging(csms: Csms) -> Charging:
    """`async with charging(**options)`: in the middle of its own session; the run must not fail meanwhile."""

    @asynccontextmanager
    async def running(**options: Any) -> AsyncIterator["asyncio.Task[Any]"]:
        wanted = {"url": csms.url, "duration": 60, "meter_interval": 0.01, "timeout": 5, **options}
        run = asyncio.create_task(run_station(Options(**wanted), Progress()))
        try:
            await csms.heard("MeterValues")
            yield run
            assert not run.done()
        finally:
            run.cancel()
            with suppress(asyncio.CancelledError):
                await run

    return running
