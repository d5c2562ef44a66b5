"""Moves bulk commands on, in every process: stations.bulk says what a step is."""

import asyncio

from django.db import connection
from django.utils import timezone

from ocpp_ws import silence
from ocpp_ws.breaker import PATIENCE_SECONDS
from stations import bulk
from stations.api.remote.bulk import give

IDLE_SECONDS, BUSY_SECONDS = 1.0, 0.2
_thread = silence.executor("bulks", 1, PATIENCE_SECONDS)


async def run_bulks() -> None:
    while True:
        busy = await asyncio.get_running_loop().run_in_executor(_thread, step)
        await asyncio.sleep(BUSY_SECONDS if busy else IDLE_SECONDS)


def step() -> bool:
    try:
        return bulk.advance_all(give, timezone.now)
    finally:
        connection.close()
