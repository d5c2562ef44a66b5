"""D6, D7: PostgreSQL crashes and comes back; PostgreSQL is slow."""

import asyncio
import time

import pytest

from tests.reliability.conftest import Supervise
from tests.reliability.fleet import fleet
from tests.reliability.invariants import assert_kept
from tests.reliability.links import booted, let_in, meter_values
from tests.reliability.proxy import proxy
from tests.reliability.report import goal, measured
from tests.reliability.servers import Postgres
from tests.station import Station

pytestmark = pytest.mark.services
SLOW = 0.1  # each way


async def crashes(supervise: Supervise, postgres: Postgres, *, runs: int, away: float) -> None:
    gateway = supervise(DATABASE_URL=postgres.url)
    gateway.start()
    slowest = 0.0
    async with fleet(5, gateway.ws, pace=0.01) as cars:
        for number in range(runs):
            await cars.more(10)
            await asyncio.to_thread(postgres.stop)
            await asyncio.sleep(away)
            await asyncio.to_thread(postgres.start)
            slowest = max(slowest, await let_in(gateway.ws, 20, f"CP_{number}"))
        await cars.more(10)
        await cars.finish()
    assert slowest <= goal(5)
    assert not cars.call_errors
    assert_kept(postgres.url, cars)
    measured("D6", f"{runs} crashes, {cars.count} acknowledged, {cars.resent} sent again: 0/0, back in {slowest:.1f} s")


@pytest.mark.parametrize("away", [0.5, 7])  # below and above the breaker's patience
async def test_d6_postgresql_crashes(supervise: Supervise, postgres: Postgres, away: float) -> None:
    await crashes(supervise, postgres, runs=1, away=away)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_d6_postgresql_crashes_long(supervise: Supervise, postgres: Postgres) -> None:
    await crashes(supervise, postgres, runs=10, away=6)


async def slow_database(
    supervise: Supervise, postgres: Postgres, seconds: float, *, metering: int, charging: int = 0
) -> list[float]:
    """How long each MeterValues took, in seconds, sorted; beside stations that do nothing but start and stop."""
    took: list[float] = []
    async with proxy(postgres.port) as line:
        gateway = supervise(DATABASE_URL=f"postgres://gateway@127.0.0.1:{line.port}/gateway")
        await asyncio.to_thread(gateway.start)
        async with booted(gateway.ws, metering) as many, booted(gateway.ws, charging, "BUSY") as busy:
            line.toxics.latency = SLOW
            until = time.monotonic() + seconds
            meters = [meter(cp, until, took) for cp in many]
            await asyncio.gather(*meters, *(charge(cp, until) for cp in busy))  # a CALLERROR is raised
            line.toxics.latency = 0
    return sorted(took)


async def meter(cp: Station, until: float, took: list[float]) -> None:
    while (begun := time.monotonic()) < until:
        assert await cp.send("MeterValues", meter_values(len(took))) == {}
        took.append(time.monotonic() - begun)


async def charge(cp: Station, until: float) -> None:
    number = 0
    while time.monotonic() < until:
        number += 1
        start = {"connectorId": 1, "idTag": "04AABB", "meterStart": number, "timestamp": "2026-11-22T12:00:00Z"}
        transaction = {"transactionId": (await cp.send("StartTransaction", start))["transactionId"]}
        await cp.send("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Charging"})
        await cp.send("StopTransaction", transaction | {"meterStop": number, "timestamp": "2026-11-22T13:00:00Z"})


async def test_d7_slow_postgresql(supervise: Supervise, postgres: Postgres) -> None:
    took = await slow_database(supervise, postgres, 5, metering=2)
    measured("D7", f"5 s, round trip {2000 * SLOW:g} ms, 2 stations: 0 CALLERROR, p99 {p99(took):.1f} s")
    assert p99(took) <= goal(2.5)


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("charging", [0, 5])
async def test_d7_slow_postgresql_long(supervise: Supervise, postgres: Postgres, charging: int) -> None:
    took = await slow_database(supervise, postgres, 60, metering=10, charging=charging)
    measured(
        "D7",
        f"60 s, round trip {2000 * SLOW:g} ms, 10 stations beside {charging} that start and stop: 0 CALLERROR, "
        f"{len(took)} MeterValues, p50 {took[len(took) // 2]:.1f} s, p99 {p99(took):.1f} s, slowest {took[-1]:.1f} s",
    )
    assert p99(took) <= goal(2.5)


def p99(took: list[float]) -> float:
    return took[int(len(took) * 0.99)]
