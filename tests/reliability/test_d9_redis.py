"""D9: Redis is killed for 5 s. No socket is lost, stations connect, commands arrive."""

import asyncio
import time

import pytest

from tests.main_job.conftest import client
from tests.reliability.conftest import Supervise
from tests.reliability.links import booted
from tests.reliability.report import goal, measured
from tests.reliability.servers import Postgres, Redis
from tests.station import station

pytestmark = pytest.mark.services
STATIONS = 20


async def redis_dies(supervise: Supervise, postgres: Postgres, redis: Redis, runs: int) -> None:
    env = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
    one, two = supervise(**env), supervise(**env)
    one.start(), two.start()
    connecting, commanding = 0.0, 0.0
    async with booted(one.ws, STATIONS) as stations, client(two.running) as api:
        for number in range(runs):
            redis.kill()
            down = time.monotonic()
            begun = time.monotonic()
            async with station(one.ws, f"CP_NEW_{number}") as newcomer:
                await newcomer.boot()
            connecting = max(connecting, time.monotonic() - begun)
            commanding = max(commanding, await commanded(api, stations[0], "CP_0000"))
            await asyncio.sleep(max(0.0, down + 5 - time.monotonic()))
            redis.start()
            commanding = max(commanding, await commanded(api, stations[1], "CP_0001"))
            assert all(
                "currentTime" in beat for beat in await asyncio.gather(*(cp.send("Heartbeat") for cp in stations))
            )
    assert connecting <= goal(5)
    assert commanding <= goal(5)
    measured(
        "D9",
        f"{runs} x 5 s: 0 of {STATIONS} sockets lost, connect + Boot {connecting:.1f} s, command {commanding:.1f} s",
    )


async def commanded(api, cp, cp_id: str) -> float:
    """Seconds from the request to its answer, over the other process."""
    begun = time.monotonic()
    asking = asyncio.create_task(api.post(f"/api/admin/{cp_id}/reset", json={"type": "Soft"}))
    await cp.expect("Reset", {"status": "Accepted"})
    assert (await asking).status_code == 200
    return time.monotonic() - begun


async def test_d9_redis_dies(supervise: Supervise, postgres: Postgres, redis: Redis) -> None:
    await redis_dies(supervise, postgres, redis, runs=1)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_d9_redis_dies_long(supervise: Supervise, postgres: Postgres, redis: Redis) -> None:
    await redis_dies(supervise, postgres, redis, runs=10)
