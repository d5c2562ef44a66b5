"""C10: sessions over bad lines: slices, latency, little bandwidth, resets in mid-frame, timeouts."""

import asyncio

import pytest

from tests.reliability.conftest import Supervise
from tests.reliability.fleet import Fleet, fleet
from tests.reliability.invariants import assert_kept
from tests.reliability.proxy import Proxy, Toxics, proxy
from tests.reliability.report import measured

LINES = {
    "slices": Toxics(slice=7),
    "latency": Toxics(latency=0.2),
    "bandwidth": Toxics(bandwidth=4000),
    "resets": Toxics(slice=7),
    "timeout": Toxics(timeout=0.5),
}


async def resets(line: Proxy) -> None:
    while True:
        await asyncio.sleep(0.7)
        line.reset()


async def charge(supervise: Supervise, kind: str, sessions: int) -> Fleet:
    gateway = supervise()
    gateway.start()
    async with proxy(gateway.port) as line, fleet(10, line.ws) as cars:
        line.toxics = LINES[kind]
        breaking = asyncio.create_task(resets(line)) if kind == "resets" else None
        await cars.more(sessions * 5, 300)  # a start, a stop, and three or four samples between them
        if breaking:
            breaking.cancel()
        line.toxics = Toxics()
        await cars.finish()
    assert not cars.call_errors
    assert_kept(gateway.url, cars)
    return cars


@pytest.mark.parametrize("kind", ["slices", "resets"])
async def test_c10_sessions_over_a_bad_line(supervise: Supervise, kind: str) -> None:
    await charge(supervise, kind, 8)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", LINES)
async def test_c10_sessions_over_a_bad_line_long(supervise: Supervise, kind: str) -> None:
    cars = await charge(supervise, kind, 50)
    measured("C10", f"{kind}: {cars.count} acknowledged, {cars.resent} sent again: 0 missing, 0 doubled")
