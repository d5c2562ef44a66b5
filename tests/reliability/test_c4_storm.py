"""C4: after a restart all stations come back at once: Boot and three StatusNotifications each."""

import asyncio
import time
from contextlib import suppress

import pytest
import websockets

from tests.reliability.conftest import Supervise
from tests.reliability.invariants import rows
from tests.reliability.report import measured
from tests.station import Station, station

STATUS = {"status": "Available", "errorCode": "NoError"}
KNOCKING = 100  # handshakes at a time: what a listening backlog sees of a fleet behind one router


async def comes_back(ws: str, cp_id: str, everybody: asyncio.Event, turn: asyncio.Semaphore, done: list[str]) -> None:
    """Until it is in and has said what it has to; stays until everybody is."""
    while True:
        with suppress(OSError, TimeoutError, EOFError, websockets.WebSocketException):
            async with turn:
                connecting = station(ws, cp_id, open_timeout=30, ping_interval=None)
                cp = await connecting.__aenter__()
            try:
                await introduces_itself(cp)
                done.append(cp_id)
                await everybody.wait()
                return
            finally:
                await connecting.__aexit__(None, None, None)
        await asyncio.sleep(0.5)  # its back-off


async def introduces_itself(cp: Station) -> None:
    await cp.boot()
    for connector in range(3):
        assert await cp.send("StatusNotification", STATUS | {"connectorId": connector}) == {}


async def storm(supervise: Supervise, stations: int, runs: int, seconds: float) -> None:
    gateway = supervise()
    slowest, largest = 0.0, 0
    for _ in range(runs):
        await asyncio.to_thread(gateway.start)
        everybody, done, turn = asyncio.Event(), list[str](), asyncio.Semaphore(KNOCKING)
        begun = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(stations):
                group.create_task(comes_back(gateway.ws, f"CP_{number:04}", everybody, turn, done))
            async with asyncio.timeout(seconds):
                while len(done) < stations:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            slowest, largest = max(slowest, time.monotonic() - begun), max(largest, gateway.running.rss)
            gateway.kill()
            everybody.set()
    found = rows(gateway.url, "SELECT action, COUNT(*) FROM ocpp_ws_ocppmessage GROUP BY action")
    assert dict(found) == {"BootNotification": stations * runs, "StatusNotification": 3 * stations * runs}
    assert largest <= 300_000_000
    measured("C4", f"{runs} x {stations} stations: all in {slowest:.1f} s, 0 lost, {largest / 1e6:.0f} MB resident")


async def test_c4_storm_of_100(supervise: Supervise) -> None:
    await storm(supervise, 100, 1, 30)


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(600)
async def test_c4_storm_of_1000_long(supervise: Supervise) -> None:
    await storm(supervise, 1000, 3, 60)
