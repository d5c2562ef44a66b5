"""C6: a station that answers no ping is cut three times at most; then it is left in peace."""

import asyncio
import time

import pytest

from tests.reliability.conftest import Supervise
from tests.reliability.invariants import rows
from tests.reliability.report import measured
from tests.server.raw import TEXT, Peer, frame, handshake

HEARTBEAT = frame(TEXT, b'[2,"1","Heartbeat",{}]')
ROW = "SELECT pings, count FROM stations_chargingstation s JOIN stations_quirk q ON q.station_id = s.id"


async def visit(port: int, pause: float, until: float) -> float:
    """One link of the station: a frame now and after each `pause`. Seconds until it was cut, or until `until`."""
    begun = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    peer = Peer(reader, writer)
    await peer.send(handshake("/CP_MUTE", "Connection: Upgrade", "Sec-WebSocket-Protocol: ocpp1.6"))
    assert await peer.status() == 101
    ended = asyncio.create_task(peer.rest())
    while not ended.done() and (left := until - time.monotonic()) > 0:
        await peer.send(HEARTBEAT)
        await asyncio.wait([ended], timeout=min(pause, left))
    writer.transport.abort()
    await ended
    return time.monotonic() - begun


async def left_in_peace(supervise: Supervise, seconds: float, pause: float, **options: str) -> None:
    gateway = supervise(**options)
    gateway.start()
    until, visits = time.monotonic() + seconds, list[float]()
    while time.monotonic() < until:
        visits.append(await visit(gateway.port, pause, until))
    cuts, last = len(visits) - 1, visits[-1]
    assert 1 <= cuts <= 3
    assert last > pause, "the last link has lived through a whole pause"
    assert rows(gateway.url, ROW) == [("off", cuts)]
    measured("C6", f"a frame every {pause:g} s for {seconds:g} s: {cuts} cuts, the last link lived for {last:.0f} s")


async def test_c6_station_that_answers_no_ping_is_left_in_peace(supervise: Supervise) -> None:
    await left_in_peace(supervise, 25, 7, settings="tests.reliability.faulty", FAULTS="short_pings")


@pytest.mark.long
@pytest.mark.timeout(700)
async def test_c6_station_that_answers_no_ping_is_left_in_peace_long(supervise: Supervise) -> None:
    await left_in_peace(supervise, 600, 60)


@pytest.mark.long
async def test_c6m_a_station_that_is_pinged_for_ever_is_cut_for_ever_long(supervise: Supervise) -> None:
    faults = {"settings": "tests.reliability.faulty", "FAULTS": "short_pings,pings_for_ever"}
    with pytest.raises(AssertionError, match="<= 3"):
        await left_in_peace(supervise, 25, 7, **faults)
