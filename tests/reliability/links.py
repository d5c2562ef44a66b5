"""Plain stations for tests that look at single frames, and the SQLite write lock in another's hands."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager, suppress
from urllib.parse import urlsplit

import httpx
import websockets

from tests.station import Station, station


@asynccontextmanager
async def booted(ws: str, count: int, prefix: str = "CP") -> AsyncIterator[list[Station]]:
    """That many stations, connected and accepted."""
    async with AsyncExitStack() as stack:
        many: list[Station] = []
        for first in range(0, count, 50):
            names = [f"{prefix}_{number:04}" for number in range(first, min(count, first + 50))]
            opened = [stack.enter_async_context(station(ws, name, ping_interval=None)) for name in names]
            many += await asyncio.gather(*opened)
            await asyncio.gather(*(cp.boot() for cp in many[first:]))
        yield many


@contextmanager
def write_lock(url: str) -> Iterator[None]:
    """Another process, as it were, writes to this SQLite database and does not come to an end."""
    with closing(sqlite3.connect(urlsplit(url).path, timeout=10, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


def reset(api: httpx.AsyncClient, cp_id: str) -> "asyncio.Task[httpx.Response]":
    """A command, asked for."""
    return asyncio.create_task(api.post(f"/api/admin/{cp_id}/reset", json={"type": "Soft"}))


async def refusal(ws: str, cp_id: str = "CP_KNOCKS") -> int:
    """The HTTP status of a handshake: 101 where it was let in."""
    try:
        async with station(ws, cp_id, open_timeout=10, ping_interval=None):
            return 101
    except websockets.InvalidStatus as error:
        return error.response.status_code


async def let_in(ws: str, seconds: float, cp_id: str = "CP_KNOCKS") -> float:
    """Seconds until a station that keeps knocking is in."""
    begun = time.monotonic()
    async with asyncio.timeout(seconds):
        while True:
            with suppress(OSError, TimeoutError, EOFError, websockets.InvalidMessage):
                if await refusal(ws, cp_id) == 101:
                    return time.monotonic() - begun
            await asyncio.sleep(0.1)  # its back-off


def meter_values(number: int) -> dict[str, object]:
    values = {"timestamp": "2026-11-22T12:00:00Z", "sampledValue": [{"value": str(number)}]}
    return {"connectorId": 1, "meterValue": [values]}
