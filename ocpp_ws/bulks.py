"""Moves bulk commands on, in every process: stations.bulk says what a step is."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.utils import timezone

from ocpp_ws import silence
from ocpp_ws.breaker import PATIENCE_SECONDS
from stations import bulk
from stations.api.remote.bulk import give

IDLE_SECONDS, BUSY_SECONDS = 1.0, 0.2
_thread = ThreadPoolExecutor(1, "bulks", silence.bound_thread, (PATIENCE_SECONDS,))


async def run_bulks() -> None:
    while True:
        busy = await asyncio.get_running_loop().run_in_executor(_thread, step)
        await asyncio.sleep(BUSY_SECONDS if busy else IDLE_SECONDS)


def step() -> bool:
    """One step of each bulk command that is under way; False where there is none."""
    try:
        under_way = bulk.under_way()
        for one in under_way:
            bulk.advance(one, give, timezone.now())
        return bool(under_way)
    finally:
        connection.close()
