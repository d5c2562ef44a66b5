"""C1, C3: a newer link takes over, in the same and in another process. The station is never shown offline meanwhile."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import websockets

from ocpp_ws.takeover import PONG_SECONDS
from tests.processes import manage
from tests.reliability.conftest import Supervise
from tests.reliability.invariants import online
from tests.reliability.report import goal, measured
from tests.reliability.servers import Postgres, Redis
from tests.reliability.supervised import Supervised
from tests.server.raw import CLOSE, Peer, link
from tests.station import station

FAULTY = "tests.reliability.faulty"
SEAMS = "short_probes,slow_takeover"
CP = "CP_MOVES"


class Watch:
    """Looks at the row every 10 ms."""

    def __init__(self, url: str) -> None:
        self.url, self.looks, self.offline = url, 0, 0

    async def look(self) -> None:
        while True:
            self.looks += 1
            self.offline += CP not in await asyncio.to_thread(online, self.url)
            await asyncio.sleep(0.01)


@asynccontextmanager
async def watching(url: str) -> AsyncIterator[Watch]:
    watch = Watch(url)
    task = asyncio.create_task(watch.look())
    try:
        yield watch
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def ended(peer: Peer) -> tuple[float, bytes]:
    """(when, payload) of the close frame; pings before it get no answer."""
    opcode, payload = await peer.frame()
    while opcode != CLOSE:
        opcode, payload = await peer.frame()
    return time.monotonic(), payload


async def taken_over(gateways: list[Supervised], rounds: int) -> tuple[Watch, float]:
    """Each link is replaced by the next one's, on the gateways by turns; (what was seen, slowest close in seconds)."""
    slowest = 0.0
    ports = [one.port for one in gateways]
    protocol = "Sec-WebSocket-Protocol: ocpp1.6"
    first = link(ports[0], f"/{CP}", protocol)
    old, holder = await first.__aenter__(), first
    async with watching(gateways[0].url) as watch:
        for number in range(1, rounds + 1):
            following = link(ports[number % len(ports)], f"/{CP}", protocol)
            new = await following.__aenter__()
            begun = time.monotonic()
            at, payload = await ended(old)
            assert payload[:2] == (4001).to_bytes(2, "big"), payload
            slowest = max(slowest, at - begun)
            await holder.__aexit__(None, None, None)
            old, holder = new, following
        await asyncio.sleep(0.5)  # late goodbyes
        await asyncio.to_thread(lambda: None)
    await holder.__aexit__(None, None, None)
    return watch, slowest


async def goes_well(gateways: list[Supervised], rounds: int, where: str) -> None:
    watch, slowest = await taken_over(gateways, rounds)
    assert watch.offline == 0
    assert watch.looks >= rounds
    assert slowest <= goal(1)
    measured("C1", f"{rounds} x {where}: old link closed <= {slowest:.2f} s, offline 0 of {watch.looks} looks")


async def test_c1_takeover_in_one_process(supervise: Supervise) -> None:
    gateway = supervise(settings=FAULTY, FAULTS=SEAMS)
    gateway.start()
    await goes_well([gateway], 15, "same process")


async def test_c1m_without_the_epoch_a_late_goodbye_shows_it_offline(supervise: Supervise) -> None:
    gateway = supervise(settings=FAULTY, FAULTS=f"no_epoch_check,{SEAMS}")
    gateway.start()
    watch, _ = await taken_over([gateway], 5)
    assert watch.offline


@pytest.mark.services
async def test_c1_takeover_by_the_other_process(supervise: Supervise, postgres: Postgres, redis: Redis) -> None:
    await goes_well(pair(supervise, postgres, redis), 10, "other process")


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_c1_takeover_in_one_process_long(supervise: Supervise) -> None:
    gateway = supervise(settings=FAULTY, FAULTS=SEAMS)
    gateway.start()
    await goes_well([gateway], 200, "same process")


@pytest.mark.long
@pytest.mark.services
@pytest.mark.timeout(600)
async def test_c1_takeover_by_the_other_process_long(supervise: Supervise, postgres: Postgres, redis: Redis) -> None:
    await goes_well(pair(supervise, postgres, redis), 200, "other process")


def pair(supervise: Supervise, postgres: Postgres, redis: Redis) -> list[Supervised]:
    env = {"settings": FAULTY, "FAULTS": SEAMS, "DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
    gateways = [supervise(**env), supervise(**env)]
    for one in gateways:
        one.start()
    return gateways


async def returns(gateway: Supervised, times: int, header: str = "") -> float:
    """Seconds until it was in, of the slowest; each time its old link lives on in the gateway's view only."""
    slowest = 0.0
    headers = ["Sec-WebSocket-Protocol: ocpp1.6", *filter(None, [header])]
    name, _, value = header.partition(": ")
    for _ in range(times):
        async with link(gateway.port, f"/{CP}", *headers):
            begun = time.monotonic()
            async with station(gateway.ws, CP, additional_headers={name: value} if header else {}) as cp:
                slowest = max(slowest, time.monotonic() - begun)
                await cp.boot()
    return slowest


async def returns_unproved(supervise: Supervise, times: int, **options: str) -> None:
    gateway = supervise(**options)
    gateway.start()
    slowest = await returns(gateway, times)
    assert slowest <= goal(5)
    measured("C3", f"{times} x: let in <= {slowest:.1f} s (policy open)")


async def returns_with_password(supervise: Supervise, times: int) -> None:
    gateway = supervise()
    gateway.start()
    async with station(gateway.ws, CP):
        pass  # it is known from now on
    key = "0123456789abcdef0123456789abcdef01234567"
    done = manage("station_key", CP, "--key", key, DATABASE_URL=gateway.url)
    assert done.returncode == 0, done.stderr
    basic = base64.b64encode(f"{CP}:".encode() + bytes.fromhex(key)).decode()
    slowest = await returns(gateway, times, f"Authorization: Basic {basic}")
    assert slowest <= min(goal(1), PONG_SECONDS), "the old link was asked first"
    assert "401" not in gateway.log
    measured("C3", f"{times} x: let in <= {slowest * 1000:.0f} ms (with its password)")


async def test_c3_half_open_link_locks_nobody_out(supervise: Supervise) -> None:
    await returns_unproved(supervise, 1)


async def test_c3_half_open_link_makes_no_password_wait(supervise: Supervise) -> None:
    await returns_with_password(supervise, 3)


async def test_c3m_a_link_that_is_not_asked_whether_it_lives_does(supervise: Supervise) -> None:
    with pytest.raises(websockets.InvalidStatus, match="HTTP 503"):
        await returns_unproved(supervise, 1, settings=FAULTY, FAULTS="every_link_lives")


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_c3_half_open_link_locks_nobody_out_long(supervise: Supervise) -> None:
    await returns_unproved(supervise, 20)


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_c3_half_open_link_makes_no_password_wait_long(supervise: Supervise) -> None:
    await returns_with_password(supervise, 20)
