"""D5: another process holds SQLite's write lock. 2 s pass unnoticed; after 5 s stations are told to come back later."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
import websockets

from tests.reliability.conftest import Supervise
from tests.reliability.links import booted, let_in, meter_values, refusal, write_lock
from tests.reliability.report import goal, measured
from tests.reliability.supervised import Supervised
from tests.station import CallError, Station, station

STATIONS = 10


@dataclass(slots=True)
class Seen:
    """Seconds from the lock, or from its release."""

    closed: list[tuple[int | None, float]] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)
    heartbeats: list[float] = field(default_factory=list)
    recovered: float = 0.0


async def locked(gateway: Supervised, seconds: float) -> Seen:
    seen = Seen()
    async with booted(gateway.ws, STATIONS) as stations, station(gateway.ws, "CP_BEATS", ping_interval=None) as beating:
        await beating.boot()
        with write_lock(gateway.url):
            begun = time.monotonic()
            beats = asyncio.create_task(beat(beating, seen))
            sent = [asyncio.create_task(cp.send("MeterValues", meter_values(3))) for cp in stations]
            await asyncio.gather(*(closed(cp, begun, seen) for cp in stations))
            while time.monotonic() - begun < seconds:
                seen.statuses.add(await refusal(gateway.ws))
                await asyncio.sleep(0.2)
        seen.recovered = await let_in(gateway.ws, 20)
        results = await asyncio.gather(*sent, return_exceptions=True)
        await beats
    assert not [one for one in results if isinstance(one, CallError)], "a station discards what gets a CALLERROR"
    return seen


async def closed(cp: Station, begun: float, seen: Seen) -> None:
    await cp.socket.wait_closed()
    seen.closed.append((cp.socket.close_code, time.monotonic() - begun))


async def beat(cp: Station, seen: Seen) -> None:
    """Heartbeats until the link is closed."""
    with suppress(ConnectionError, websockets.ConnectionClosed):
        while True:
            begun = time.monotonic()
            await cp.send("Heartbeat")
            seen.heartbeats.append(time.monotonic() - begun)
            await asyncio.sleep(0.05)


async def goes_well(supervise: Supervise, seconds: float, runs: int) -> None:
    gateway = supervise()
    gateway.start()
    opened, recovered, slowest = 0.0, 0.0, 0.0
    for _ in range(runs):
        seen = await locked(gateway, seconds)
        assert {code for code, _ in seen.closed} == {1013}
        assert seen.statuses == {503}
        opened = max(opened, *(at for _, at in seen.closed))
        recovered, slowest = max(recovered, seen.recovered), max(slowest, *seen.heartbeats)
    assert opened <= goal(7)
    assert recovered <= goal(5)
    assert slowest <= goal(1)
    measured(
        "D5",
        f"{runs} x {seconds:g} s: 0 CALLERROR, 1013 within {opened:.1f} s, then 503, in again {recovered:.1f} s after; "
        f"slowest Heartbeat {slowest * 1000:.0f} ms",
    )


async def test_d5_short_lock_is_not_noticed(supervise: Supervise) -> None:
    gateway = supervise()
    gateway.start()
    async with booted(gateway.ws, STATIONS) as stations:
        with write_lock(gateway.url):
            sent = [asyncio.create_task(cp.send("MeterValues", meter_values(3))) for cp in stations]
            await asyncio.sleep(2)
            assert "currentTime" in await stations[0].send("Heartbeat") if sent[0].done() else True
        assert await asyncio.gather(*sent) == [{}] * STATIONS


async def test_d5_lock_of_8_seconds(supervise: Supervise) -> None:
    await goes_well(supervise, 8, runs=1)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seconds", [15, 60])
async def test_d5_long_lock_long(supervise: Supervise, seconds: int) -> None:
    await goes_well(supervise, seconds, runs=5)


async def test_d5m_without_the_breaker_stations_hang(supervise: Supervise) -> None:
    gateway = supervise(settings="tests.reliability.faulty", FAULTS="no_breaker")
    gateway.start()
    async with booted(gateway.ws, 2) as stations:
        idle = stations[1]
        with write_lock(gateway.url):
            sent = asyncio.create_task(stations[0].send("MeterValues", meter_values(3)))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.shield(idle.socket.wait_closed()), 7)
        await asyncio.gather(sent, return_exceptions=True)
