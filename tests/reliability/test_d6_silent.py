"""D6: the line to PostgreSQL is half-open. Whatever is sent is acknowledged by a proxy's kernel, and never answered."""

import asyncio
import signal
import time
from contextlib import suppress
from dataclasses import dataclass

import httpx
import pytest

from tests.reliability.conftest import Supervise
from tests.reliability.fleet import fleet
from tests.reliability.invariants import assert_kept
from tests.reliability.links import booted, let_in, meter_values, refusal
from tests.reliability.proxy import Proxy, proxy
from tests.reliability.report import goal, measured
from tests.reliability.servers import Postgres
from tests.reliability.supervised import Supervised
from tests.station import CallError, Station, station

pytestmark = pytest.mark.services
IDLE = 5  # stations that say nothing meanwhile
PAGES = ["/api/stations", "/admin/"]


@dataclass(slots=True)
class Slowest:
    """Seconds from the cut, or from its end."""

    closed: float = 0.0
    page: float = 0.0
    recovered: float = 0.0


def behind(line: Proxy, supervise: Supervise, *faults: str) -> Supervised:
    """A gateway whose database is at the other end of that line, not started yet."""
    url = f"postgres://gateway@127.0.0.1:{line.port}/gateway"
    return supervise(settings="tests.reliability.faulty", FAULTS=",".join(faults), DATABASE_URL=url)


def browser(gateway: Supervised) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=gateway.http, timeout=60, trust_env=False, cookies={"sessionid": "a" * 32})


async def asked(api: httpx.AsyncClient, address: str) -> tuple[int, float]:
    """The status, and the seconds it took."""
    begun = time.monotonic()
    return (await api.get(address)).status_code, time.monotonic() - begun


async def goes_silent(supervise: Supervise, postgres: Postgres, seconds: float, *faults: str, runs: int = 1) -> Slowest:
    slowest = Slowest()
    async with proxy(postgres.port) as line:
        gateway = behind(line, supervise, *faults)
        await asyncio.to_thread(gateway.start)
        async with fleet(5, gateway.ws, pace=0.01) as cars, browser(gateway) as api:
            for number in range(runs):
                async with booted(gateway.ws, IDLE, f"IDLE{number}") as idle:
                    await cars.more(20)
                    await asyncio.gather(*(asked(api, PAGES[0]) for _ in range(6)))  # connections wait in the pool
                    await cut(line, gateway, api, idle, seconds, slowest)
                slowest.recovered = max(slowest.recovered, await let_in(gateway.ws, 30, f"CP_{number}"))
                await asyncio.wait_for(ready(api), goal(5))
                assert [await asked(api, page) for page in PAGES] == [(200, ANY), (302, ANY)]
            await cars.more(20)
            await cars.finish()
        assert not cars.call_errors
        assert_kept(postgres.url, cars)
    return slowest


class Any:
    def __eq__(self, other: object) -> bool:
        return True


ANY = Any()


async def cut(
    line: Proxy, gateway: Supervised, api: httpx.AsyncClient, idle: list[Station], seconds: float, slowest: Slowest
) -> None:
    line.toxics.swallow = True
    begun = time.monotonic()
    pages = [asyncio.create_task(asked(api, page)) for page in PAGES]
    async with asyncio.timeout(30):
        await asyncio.gather(*(cp.socket.wait_closed() for cp in idle))
    slowest.closed = max(slowest.closed, time.monotonic() - begun)
    assert {cp.socket.close_code for cp in idle} == {1013}
    assert await refusal(gateway.ws) == 503
    assert (await asked(api, "/readyz"))[0] == 503
    await asyncio.sleep(begun + seconds - time.monotonic())
    answers = dict(zip(PAGES, await asyncio.gather(*pages), strict=True))
    assert {page: status for page, (status, _) in answers.items()} == {"/api/stations": 503, "/admin/": 500}
    slowest.page = max(slowest.page, *(took for _, took in answers.values()))
    line.toxics.swallow = False


async def ready(api: httpx.AsyncClient) -> None:
    while (await asked(api, "/readyz"))[0] != 200:  # noqa: ASYNC110
        await asyncio.sleep(0.1)  # nobody tells


async def test_d6_half_open_line_to_postgresql(supervise: Supervise, postgres: Postgres) -> None:
    slowest = await goes_silent(supervise, postgres, 8, "short_pages")
    report("1 x 8 s", slowest)


def report(what: str, slowest: Slowest) -> None:
    measured(
        "D6",
        f"half-open line to PostgreSQL, {what}: 1013 within {slowest.closed:.1f} s, then 503; pages answered within "
        f"{slowest.page:.1f} s, in again {slowest.recovered:.1f} s after; INV 0",
    )
    assert slowest.closed <= goal(7)
    assert slowest.recovered <= goal(5)


@pytest.mark.long
@pytest.mark.timeout(400)
async def test_d6_half_open_line_to_postgresql_long(supervise: Supervise, postgres: Postgres) -> None:
    slowest = await goes_silent(supervise, postgres, 15, runs=3)
    report("3 times as long as a page waits", slowest)
    assert slowest.page <= goal(45)


async def test_d6_a_silent_database_does_not_hold_up_the_end(supervise: Supervise, postgres: Postgres) -> None:
    async with proxy(postgres.port) as line:
        gateway = behind(line, supervise)
        await asyncio.to_thread(gateway.start)
        async with booted(gateway.ws, 2) as stations:
            line.toxics.swallow = True
            sent = [asyncio.create_task(cp.send("MeterValues", meter_values(3))) for cp in stations]
            await asyncio.sleep(0.5)
            begun = time.monotonic()
            gateway.running.signal(signal.SIGTERM)
            assert await gateway.running.ended() == 0
            seconds = time.monotonic() - begun
            results = await asyncio.gather(*sent, return_exceptions=True)
    assert not [one for one in results if isinstance(one, CallError)]
    assert seconds <= goal(10)
    measured("D6", f"SIGTERM while PostgreSQL is silent: the end after {seconds:.1f} s")


async def test_d6_what_was_locked_when_the_line_was_cut_is_free_again(supervise: Supervise, postgres: Postgres) -> None:
    start = {"connectorId": 1, "idTag": "04AABB", "meterStart": 1, "timestamp": "2026-11-22T12:00:00Z"}
    async with proxy(postgres.port) as line:
        gateway = behind(line, supervise)
        await asyncio.to_thread(gateway.start)
        async with booted(gateway.ws, 1) as [cp]:
            line.toxics.last_words = b"FOR NO KEY UPDATE"
            sent = asyncio.create_task(cp.send("StartTransaction", start))
            await cp.socket.wait_closed()
            await asyncio.gather(sent, return_exceptions=True)
        await asyncio.sleep(2)  # until the gateway has given the connection up, of which the server hears nothing
        line.toxics.swallow = False
        begun = time.monotonic()
        async with asyncio.timeout(30):
            while not (done := await started(gateway.ws, start)):
                pass
        seconds = time.monotonic() - begun
    assert done == 1
    assert seconds <= goal(10)
    measured("D6", f"line cut while a station's row was locked: its StartTransaction is taken {seconds:.1f} s after")


async def started(ws: str, start: dict[str, object]) -> int:
    """The transactionId; 0 where the station was put out again."""
    with suppress(OSError, TimeoutError):
        await let_in(ws, 30, "CP_0000")
        async with station(ws, "CP_0000", ping_interval=None) as cp:
            return int((await cp.send("StartTransaction", start))["transactionId"])
    return 0


async def test_d6m_without_an_end_to_the_wait_nobody_comes_in_again(supervise: Supervise, postgres: Postgres) -> None:
    async with proxy(postgres.port) as line:
        gateway = behind(line, supervise, "patience_without_end")
        await asyncio.to_thread(gateway.start)
        async with booted(gateway.ws, 2) as stations:
            line.toxics.swallow = True
            sent = asyncio.create_task(stations[0].send("MeterValues", meter_values(3)))
            await asyncio.gather(*(cp.socket.wait_closed() for cp in stations))
            line.toxics.swallow = False
            with pytest.raises(TimeoutError):
                await let_in(gateway.ws, 10)
            await asyncio.gather(sent, return_exceptions=True)
