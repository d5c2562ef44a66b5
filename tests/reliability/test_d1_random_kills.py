"""D1: SIGKILL at random moments while stations charge. Nothing acknowledged is missing, nothing is doubled."""

import asyncio
import random

import pytest

from tests.reliability.conftest import Supervise
from tests.reliability.fleet import fleet
from tests.reliability.invariants import assert_kept
from tests.reliability.report import measured


async def random_kills(supervise: Supervise, *, stations: int, kills: int, acknowledged: int) -> None:
    gateway, chance = supervise(), random.Random(1)
    gateway.start()
    async with fleet(stations, gateway.ws) as cars:
        for _ in range(kills):
            await cars.more(chance.randint(1, 2 * acknowledged // kills))
            gateway.kill()
            await asyncio.to_thread(gateway.start)
        await cars.more(max(0, acknowledged - cars.count))
        await cars.finish()
    assert cars.count >= acknowledged
    assert cars.resent > 0, "no message was in flight at any kill: nothing was tested"
    assert not cars.call_errors
    assert_kept(gateway.url, cars)
    measured("D1", f"{kills} kills, {cars.count} acknowledged, {cars.resent} sent again: 0 missing, 0 doubled")


async def test_d1_random_kills(supervise: Supervise) -> None:
    await random_kills(supervise, stations=6, kills=4, acknowledged=250)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_d1_random_kills_long(supervise: Supervise) -> None:
    await random_kills(supervise, stations=20, kills=100, acknowledged=5000)
