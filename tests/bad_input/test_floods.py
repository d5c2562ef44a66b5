"""BF3 and BF4 at a whole gateway: who floods or dawdles slows himself down, and a real station is served meanwhile."""

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest
import websockets

from tests.main_job.conftest import gateway_process
from tests.processes import Gateway
from tests.server.raw import connected
from tests.station import station

MIB = 1024 * 1024
BLOCKED_SECONDS = 3.0  # the breaker's patience is 5
DATA = {"vendorId": "V", "data": "x" * 100_000}


@pytest.fixture(scope="module")
def gateway(migrated_database: Path) -> Iterator[Gateway]:
    with gateway_process(migrated_database) as running:
        yield running


@asynccontextmanager
async def flooder(gateway: Gateway) -> AsyncIterator[websockets.ClientConnection]:
    protocols = [websockets.Subprotocol("ocpp1.6")]
    async with websockets.connect(
        f"{gateway.ws}/CP_FLOOD", subprotocols=protocols, write_limit=1024, close_timeout=1
    ) as link:
        yield link
        link.transport.abort()


async def flood(link: websockets.ClientConnection, seconds: float) -> int:
    """As many 100 kB messages as the gateway takes in that time, without looking at an answer; how many went out."""
    sent, until = 0, time.monotonic() + seconds
    with suppress(TimeoutError):
        while (left := until - time.monotonic()) > 0:
            async with asyncio.timeout(left):
                await link.send(json.dumps([2, f"flood-{sent}", "DataTransfer", DATA]))
            sent += 1
    return sent


@pytest.mark.parametrize("rounds", [1, pytest.param(10, marks=[pytest.mark.long, pytest.mark.timeout(300)])])
async def test_bf3_a_flood_is_not_read_while_its_handler_is_blocked(gateway: Gateway, rounds: int) -> None:
    async with station(gateway.ws, "CP_CALM") as calm:
        await calm.boot()
        for _ in range(rounds):
            before, beats = gateway.rss, []
            async with flooder(gateway) as link:
                with closing(sqlite3.connect(gateway.database, isolation_level=None)) as blocker:
                    blocker.execute("BEGIN IMMEDIATE")
                    flooding = asyncio.create_task(flood(link, BLOCKED_SECONDS))
                    while not flooding.done():
                        begun = time.monotonic()
                        await calm.send("Heartbeat")
                        beats.append(time.monotonic() - begun)
                        await asyncio.sleep(0.05)  # the calm station's own rhythm
                    blocker.execute("ROLLBACK")
                assert await flooding < 300, "30 MB and more were read although nothing could be stored"
                assert gateway.rss - before < 50 * MIB
                assert max(beats) < 1, "Heartbeats are answered from memory"
                assert await calm.send("DataTransfer", {"vendorId": "V"})
            await gateway.logged(r"\[CP_FLOOD\] Disconnected")


async def test_bf3_a_flood_that_is_served_costs_no_memory_and_delays_nobody_for_long(gateway: Gateway) -> None:
    async with station(gateway.ws, "CP_CALM") as calm:
        await calm.boot()
        before, waits = gateway.rss, []
        async with flooder(gateway) as link:
            flooding = asyncio.create_task(flood(link, 4.0))
            while not flooding.done():
                begun = time.monotonic()
                await calm.send("StatusNotification", {"connectorId": 1, "status": "Available", "errorCode": "NoError"})
                waits.append(time.monotonic() - begun)
        assert await flooding > 10
        assert gateway.rss - before < 100 * MIB
        assert sorted(waits)[len(waits) * 9 // 10] < 1


SIZES = [(40, 100), pytest.param(200, 500, marks=[pytest.mark.long, pytest.mark.timeout(300)])]


@pytest.mark.parametrize(("drips", "idle"), SIZES)
async def test_bf4_slow_and_silent_connections_keep_no_station_out(gateway: Gateway, drips: int, idle: int) -> None:
    async with asyncio.TaskGroup() as group, station(gateway.ws, "CP_FIRST") as first:
        begun = time.monotonic()
        cut = [group.create_task(cut_off(gateway.port, b"GET /CP HTTP/1.1\r\nX: ", b"x")) for _ in range(drips)]
        cut += [group.create_task(cut_off(gateway.port, b"", b"")) for _ in range(idle)]
        entries: list[float] = []
        while time.monotonic() - begun < 8:
            knocked = time.monotonic()
            async with station(gateway.ws, f"CP_NEW_{len(entries)}") as new:
                assert (await new.boot())["status"] == "Accepted"
            entries.append(time.monotonic() - knocked)
            assert await first.send("Heartbeat")
            await asyncio.sleep(0.5)  # the arrival of stations
        assert max(entries) < 2
        assert all([9 < await one < 16 for one in cut])


async def cut_off(port: int, first: bytes, drip: bytes) -> float:
    """Seconds until the gateway ends a connection that says `first`, then `drip` four times a second."""
    begun = time.monotonic()
    async with connected(port) as peer:
        peer.writer.write(first)
        reading = asyncio.create_task(peer.rest())
        while not reading.done():
            if drip:
                peer.writer.write(drip)
            await asyncio.wait([reading], timeout=0.25)
        assert (await reading)[:12] in (b"HTTP/1.1 408", b"")  # a drip on its way meets a closed door
    return time.monotonic() - begun
