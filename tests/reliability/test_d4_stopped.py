"""D4: a process that is stopped for a while and goes on: its stations have lost nothing."""

import asyncio
import signal

import pytest

from tests.reliability.conftest import Supervise
from tests.reliability.fleet import fleet
from tests.reliability.invariants import assert_kept, online
from tests.reliability.report import measured
from tests.reliability.servers import Postgres, Redis


async def test_d4_stopped_and_continued(supervise: Supervise) -> None:
    gateway = supervise()
    gateway.start()
    async with fleet(5, gateway.ws, pace=0.01) as cars:
        for _ in range(2):
            await cars.more(10)
            gateway.running.signal(signal.SIGSTOP)
            await asyncio.sleep(1.5)
            gateway.running.signal(signal.SIGCONT)
        await cars.more(10)
        await cars.finish()
    assert not cars.call_errors
    assert_kept(gateway.url, cars)


@pytest.mark.long
@pytest.mark.services
@pytest.mark.timeout(900)
async def test_d4_stations_that_moved_stay_online_long(supervise: Supervise, postgres: Postgres, redis: Redis) -> None:
    env = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
    one, two = supervise(**env), supervise(**env)
    one.start(), two.start()
    async with fleet(20, [one.ws, two.ws], pace=0.2) as cars:
        for _ in range(10):
            await cars.more(20)
            one.running.signal(signal.SIGSTOP)
            await asyncio.sleep(30)  # those on it give up after 15 s and come back at the other one
            moved = {cp.cp_id for cp in cars.stations if cp.connected.is_set()} & online(postgres.url)
            one.running.signal(signal.SIGCONT)
            await cars.more(200, 120)
            still = {cp.cp_id for cp in cars.stations if cp.connected.is_set()}
            assert moved & still <= online(postgres.url)
        await cars.finish(120)
    assert not cars.call_errors
    assert_kept(postgres.url, cars)
    measured("D4", f"10 stops of 30 s, {cars.count} acknowledged, {cars.resent} sent again: 0 missing, 0 doubled")
