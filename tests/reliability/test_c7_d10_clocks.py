"""C7: links that are older than a day. D10: the clock is set while stations charge. Nobody is put out for it."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import websockets

from tests.main_job.conftest import client
from tests.reliability.clocks import DAY, HOUR, Clocks, clocked
from tests.reliability.conftest import Supervise
from tests.reliability.invariants import as_utc, rows
from tests.reliability.links import booted, meter_values, reset, write_lock
from tests.reliability.report import goal, measured
from tests.reliability.supervised import Supervised
from tests.server.raw import PING, PONG, Peer, frame, link
from tests.station import Station

STATIONS = 20
NAMES = [f"CP_{number:04}" for number in range(STATIONS)]
ACCEPTED = {"status": "Accepted"}


async def pinged(peer: Peer) -> None:
    """The gateway asks whether it lives, and is told."""
    opcode, payload = await peer.frame()
    assert opcode == PING, payload
    await peer.send(frame(PONG, payload))


async def lives(cp: Station) -> bool:
    return "currentTime" in await cp.send("Heartbeat")


async def day_passes(supervise: Supervise, folder: Path, *faults: str) -> int:
    """How many of 20 links are served 25 h, and once more 25 h, after they were opened."""
    gateway, clocks = clocked(supervise, folder, *faults)
    gateway.start()
    watch = link(gateway.port, "/CP_WATCH", "Sec-WebSocket-Protocol: ocpp1.6")
    async with booted(gateway.ws, STATIONS) as stations, watch as peer, client(gateway.running) as api:
        for hours in (25, 50):
            clocks.set(hours * HOUR, hours * HOUR)
            await pinged(peer)  # by then the server has looked at all of its links
            served = await asyncio.gather(*(lives(cp) for cp in stations))
        await until_shown(api)
    return sum(served)


async def test_c7_links_older_than_a_day_are_served(supervise: Supervise, tmp_path: Path) -> None:
    assert await day_passes(supervise, tmp_path) == STATIONS
    measured("C7", f"{STATIONS} links, twice 25 h later: 0 closed")


async def test_c7m_a_server_that_cuts_them_is_found(supervise: Supervise, tmp_path: Path) -> None:
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await day_passes(supervise, tmp_path, "day_old_links_are_cut")


def at_station(number: int) -> str:
    """Its own clock, which nobody sets; every fifth has none."""
    return "1970-01-01T00:00:00Z" if number % 5 == 0 else datetime.now(UTC).isoformat()


async def begins(number: int, cp: Station) -> int:
    start = {"connectorId": 1, "idTag": "TAG", "meterStart": 100, "timestamp": at_station(number)}
    answer = await cp.send("StartTransaction", start)
    return int(answer["transactionId"])


async def ends(number: int, cp: Station, transaction: int) -> None:
    await cp.reply(ACCEPTED)  # to what it was asked before the clock was set
    assert await cp.send("MeterValues", meter_values(number) | {"transactionId": transaction}) == {}
    stop = {"transactionId": transaction, "meterStop": 200, "timestamp": at_station(number)}
    assert await cp.send("StopTransaction", stop) == {}


async def shown(api: httpx.AsyncClient) -> bool:
    """Whether all of them are, as online."""
    page = (await api.get("/api/stations/connected/list")).text
    return all(name in page for name in NAMES)


async def until_shown(api: httpx.AsyncClient) -> float:
    """In seconds: a lease is the database's time, and is over where that was set forward."""
    begun = time.monotonic()
    async with asyncio.timeout(60):
        while not await shown(api):  # noqa: ASYNC110
            await asyncio.sleep(0.2)  # a row has no event to wait for
    return time.monotonic() - begun


async def clock_is_set(supervise: Supervise, folder: Path, *steps: float, faults: Sequence[str] = ()) -> float:
    """To so many seconds ahead, while each of 20 stations has a session and a command; seconds until all are shown."""
    gateway, clocks = clocked(supervise, folder, *faults)
    gateway.start()
    slowest = 0.0
    async with booted(gateway.ws, STATIONS) as stations, client(gateway.running) as api:
        for ahead in steps:
            numbers = await asyncio.gather(*(begins(*one) for one in enumerate(stations)))
            slowest = max(slowest, await until_shown(api))
            asked = [reset(api, name) for name in NAMES]
            await asyncio.gather(*(cp.expect("Reset") for cp in stations))
            clocks.set(ahead)
            await asyncio.gather(*(ends(n, cp, numbers[n]) for n, cp in enumerate(stations)))
            assert {response.status_code for response in await asyncio.gather(*asked)} == {200}, "no false time-out"
        commands = (await api.get("/api/commands?pageSize=200")).json()["results"]
    assert min(command["latencyMs"] for command in commands) >= 0
    assert rows(gateway.url, "SELECT DISTINCT epoch FROM stations_chargingstation") == [(1,)], "no link was closed"
    sessions = rows(gateway.url, "SELECT started_at, stopped_at, flags FROM sessions_app_chargingsession")
    assert len(sessions) == STATIONS * len(steps)
    backwards = [flags for begun, end, flags in sessions if as_utc(end) < as_utc(begun)]
    assert all("clockless" in flags and "stop_before_start" in flags for flags in backwards)
    return slowest


async def test_d10_clock_is_set_while_stations_charge(supervise: Supervise, tmp_path: Path) -> None:
    await clock_is_set(supervise, tmp_path, -HOUR, 0, HOUR)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_d10_clock_is_set_while_stations_charge_long(supervise: Supervise, tmp_path: Path) -> None:
    offline = await clock_is_set(supervise, tmp_path, HOUR, 0, -HOUR, 0, DAY, 0, -DAY, 0)
    assert offline <= goal(31)
    measured("D10", f"8 steps of an hour or a day: 0 closed, 0 false time-outs, shown offline <= {offline:.0f} s")


async def test_d10m_durations_that_are_not_looked_at_are_negative(supervise: Supervise, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"assert -\d+ >= 0"):
        await clock_is_set(supervise, tmp_path, -HOUR, faults=["negative_durations"])


async def an_hour_passes_during_a_commit(gateway: Supervised, clocks: Clocks) -> None:
    """As SIGSTOP or a frozen machine leave it: the commit could not have ended."""
    gateway.start()
    async with booted(gateway.ws, 2) as (cp, other):
        try:
            with write_lock(gateway.url):
                sent = asyncio.create_task(cp.send("MeterValues", meter_values(1)))
                assert await lives(other)  # by then the commit is on its way
                assert await lives(other)
                clocks.set(HOUR, HOUR)
                assert await lives(other)  # the timers that are due have run
                assert await lives(other)
        finally:
            answers = await asyncio.gather(sent, return_exceptions=True)
        assert answers == [{}]


async def test_d4_a_process_that_was_stopped_during_a_commit_does_not_blame_the_database(
    supervise: Supervise, tmp_path: Path
) -> None:
    gateway, clocks = clocked(supervise, tmp_path)
    await an_hour_passes_during_a_commit(gateway, clocks)
    assert "not usable" not in gateway.log


async def test_d4m_one_that_looks_at_the_clock_puts_stations_out(supervise: Supervise, tmp_path: Path) -> None:
    gateway, clocks = clocked(supervise, tmp_path, "commits_by_the_clock")
    with pytest.raises(websockets.ConnectionClosed, match="1013"):
        await an_hour_passes_during_a_commit(gateway, clocks)
    assert "not usable (a commit hangs)" in gateway.log
