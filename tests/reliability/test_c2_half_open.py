"""C2, C5: stations that are gone are shown so: the line died silently, or the process did."""

import asyncio
import time

import pytest

from tests.reliability.conftest import Supervise
from tests.reliability.invariants import online
from tests.reliability.links import booted
from tests.reliability.proxy import proxy
from tests.reliability.report import goal, measured
from tests.reliability.servers import Postgres, Redis
from tests.station import station

KILLS = 10


async def seconds_until_offline(url: str, names: set[str], patience: float) -> float:
    """Until the last look that still shows one of them; a look each 0.1 s."""
    begun = look = last = time.monotonic()
    async with asyncio.timeout(patience):
        while names & await asyncio.to_thread(online, url):
            await asyncio.sleep(0.1)  # a row has no event to wait for
            last, look = look, time.monotonic()
    return last - begun


async def half_open(supervise: Supervise, patience: float, **options: str) -> None:
    gateway = supervise(**options)
    gateway.start()
    async with proxy(gateway.port) as line, booted(line.ws, 5) as stations:
        assert len(await asyncio.to_thread(online, gateway.url)) == 5
        line.toxics.swallow = True
        try:
            seconds = await seconds_until_offline(gateway.url, {f"CP_{n:04}" for n in range(5)}, patience)
        finally:
            line.reset()
        await asyncio.gather(*(cp.socket.wait_closed() for cp in stations))
    measured("C2", f"5 half-open links, pings {options.get('FAULTS', 'as in service')}: offline after {seconds:.1f} s")


async def test_c2_half_open_links_are_found(supervise: Supervise) -> None:
    await half_open(supervise, 8, settings="tests.reliability.faulty", FAULTS="short_pings")


async def test_c2m_without_pings_they_are_not(supervise: Supervise) -> None:
    with pytest.raises(TimeoutError):
        await half_open(supervise, 5, settings="tests.reliability.faulty", FAULTS="short_pings,no_timeouts")


@pytest.mark.long
@pytest.mark.timeout(180)
async def test_c2_half_open_links_are_found_long(supervise: Supervise) -> None:
    await half_open(supervise, 60)


async def killed_alone(supervise: Supervise, *, times: int = 1, **options: str) -> set[str]:
    """Who is shown online after a SIGKILL and a new start, with nobody connected."""
    gateway, found = supervise(**options), set()
    gateway.start()
    for number in range(times):
        async with booted(gateway.ws, 5, f"R{number}"):
            gateway.kill()
        assert len(await asyncio.to_thread(online, gateway.url)) == 5
        await asyncio.to_thread(gateway.start)
        found |= await asyncio.to_thread(online, gateway.url)
    return found


async def test_c5_nobody_is_online_after_a_crash_and_restart(supervise: Supervise) -> None:
    assert await killed_alone(supervise) == set()
    measured("C5", "single process: 0 of 5 shown online after restart")


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_c5_nobody_is_online_after_a_crash_and_restart_long(supervise: Supervise) -> None:
    assert await killed_alone(supervise, times=KILLS) == set()
    measured("C5", f"single process: {KILLS} kills, 0 of 5 shown online after each restart")


async def test_c5m_without_clearing_the_slot_they_are(supervise: Supervise) -> None:
    assert await killed_alone(supervise, settings="tests.reliability.faulty", FAULTS="no_clearing_at_start")


@pytest.mark.long
@pytest.mark.services
@pytest.mark.timeout(1200)
async def test_c5_one_of_two_processes_is_killed_long(supervise: Supervise, postgres: Postgres, redis: Redis) -> None:
    env = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
    one, two = supervise(**env), supervise(**env)
    one.start(), two.start()
    slowest = 0.0
    for number in range(KILLS):
        async with station(two.ws, "CP_STAYS") as stays, booted(one.ws, 5, f"R{number}"):
            await stays.boot()
            one.kill()
            gone = {f"R{number}_{n:04}" for n in range(5)}
            slowest = max(slowest, await seconds_until_offline(postgres.url, gone, 91))
            assert "CP_STAYS" in online(postgres.url)
        await asyncio.to_thread(one.start)
    assert slowest <= goal(90)
    measured("C5", f"{KILLS} kills of one of two processes: false online <= {slowest:.0f} s")
