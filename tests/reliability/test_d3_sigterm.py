"""D3: SIGTERM with 100 CALLs in flight: each is answered, each link closed with 1001 and released, out in 10 s."""

import asyncio
import signal
import time

import pytest

from tests.reliability.conftest import Supervise
from tests.reliability.invariants import rows
from tests.reliability.links import booted, meter_values, write_lock
from tests.reliability.report import goal, measured
from tests.reliability.supervised import Supervised

CALLS = 100
HELD = "SELECT cp_id FROM stations_chargingstation WHERE lease_until IS NOT NULL OR owner <> ''"


async def terminated(gateway: Supervised, calls: int) -> tuple[int, list[int | None], float]:
    """(answered, close codes, seconds to the exit) of that many CALLs that had been read when SIGTERM came."""
    gateway.start()
    async with booted(gateway.ws, calls) as stations:
        with write_lock(gateway.url):  # so that they are still in flight
            sent = [asyncio.create_task(cp.send("MeterValues", meter_values(7))) for cp in stations]
            await asyncio.sleep(0)  # they write
            await asyncio.gather(*(pong(cp.socket) for cp in stations))
            begun = time.monotonic()
            gateway.running.signal(signal.SIGTERM)
            await asyncio.sleep(0.3)  # into its drain
        answers = await asyncio.gather(*sent, return_exceptions=True)
        await gateway.running.ended(15)
        seconds = time.monotonic() - begun
        await asyncio.gather(*(cp.socket.wait_closed() for cp in stations))
        return sum(answer == {} for answer in answers), [cp.socket.close_code for cp in stations], seconds


async def pong(socket) -> None:
    """It comes after every frame before the ping was read."""
    await (await socket.ping())


async def goes_well(supervise: Supervise, runs: int) -> None:
    slowest = 0.0
    for _ in range(runs):
        gateway = supervise()
        answered, codes, seconds = await terminated(gateway, CALLS)
        assert (answered, set(codes)) == (CALLS, {1001})
        assert rows(gateway.url, HELD) == [], "every link was released"
        assert len(rows(gateway.url, "SELECT id FROM sessions_app_metervalue")) == CALLS
        assert seconds <= goal(10)
        slowest = max(slowest, seconds)
    measured("D3", f"{runs} runs x {CALLS} CALLs: 100 % answered, closed 1001, released; exit <= {slowest:.1f} s")


async def test_d3_sigterm(supervise: Supervise) -> None:
    await goes_well(supervise, runs=1)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_d3_sigterm_long(supervise: Supervise) -> None:
    await goes_well(supervise, runs=10)


async def test_d3m_without_draining_calls_are_lost(supervise: Supervise) -> None:
    gateway = supervise(settings="tests.reliability.faulty", FAULTS="no_drain")
    answered, codes, _ = await terminated(gateway, 20)
    assert answered < 20
    assert set(codes) != {1001}
