"""What happens is told to who listens, over real sockets: in order, and without a gap over a broken connection."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import engines
from tests.main_job.conftest import client, gateway_process, migrate
from tests.processes import Gateway
from tests.station import Station, station

START = {"connectorId": 1, "idTag": "TAG", "meterStart": 100}


@asynccontextmanager
async def listening(gateway: Gateway, **asked: Any) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The events of a stream; it has begun."""
    async with client(gateway) as api, api.stream("GET", "/api/events", timeout=20, **asked) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"] == "text/event-stream"
        lines = response.aiter_lines()
        assert await anext(lines) == "retry: 2000"
        yield events(lines)


async def events(lines: AsyncIterator[str]) -> AsyncIterator[dict[str, Any]]:
    number = ""
    async for line in lines:
        if line.startswith("id: "):
            number = line.removeprefix("id: ")
        elif line.startswith("data: "):
            told = json.loads(line.removeprefix("data: "))
            assert str(told["id"]) == number
            yield told


async def until(told: AsyncIterator[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    seen = []
    async with asyncio.timeout(15):
        async for event in told:
            seen.append(event)
            if event["type"] == kind:
                return seen
    raise AssertionError(f"the stream ended without {kind}")


async def charge(cp: Station, moment: str) -> None:
    await cp.boot()
    number = (await cp.send("StartTransaction", START | {"timestamp": moment}))["transactionId"]
    await cp.send("StopTransaction", {"transactionId": number, "meterStop": 150, "timestamp": moment})


async def test_a_listener_is_told_and_goes_on_after_what_it_has_seen(gateway: Gateway) -> None:
    async with listening(gateway, params={"cpId": "cp_told"}) as told, station(gateway.ws, "CP_TOLD") as cp:
        await charge(cp, "2026-11-22T10:00:00Z")
        first = await until(told, "session.stopped")
    assert [event["type"] for event in first] == [
        "station.online", "station.booted", "session.started", "session.stopped",
    ]  # fmt: skip
    assert first[-1]["data"]["energyWh"] == 50
    seen = {"Last-Event-ID": str(first[1]["id"])}
    async with listening(gateway, params={"cpId": "CP_TOLD"}, headers=seen) as told:
        again = await until(told, "station.offline")
    assert again[:2] == first[2:]
    assert len(again) == 3


async def test_it_hears_of_its_own_types_only(gateway: Gateway) -> None:
    async with listening(gateway, params={"type": "session.stopped"}) as told, station(gateway.ws, "CP_TYPES") as cp:
        await charge(cp, "2026-11-22T10:00:00Z")
        assert [event["cpId"] for event in await until(told, "session.stopped")] == ["CP_TYPES"]


@pytest.mark.parametrize(
    ("asked", "attr"),
    [({"type": "session.begun"}, "type"), ({"lastEventId": "abc"}, "lastEventId"), ({"cpid": "CP_1"}, "cpid")],
)
async def test_a_wrong_question_is_refused(api: httpx.AsyncClient, asked: dict[str, str], attr: str) -> None:
    response = await api.get("/api/events", params=asked, headers={"Accept": "text/event-stream"})
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"][0]["attr"] == attr


async def test_an_id_of_another_database_is_gone(api: httpx.AsyncClient) -> None:
    response = await api.get("/api/events", headers={"Last-Event-ID": "999999999"})
    assert (response.status_code, response.json()["code"]) == (410, "events_gone")


async def test_head_listens_to_nothing(api: httpx.AsyncClient) -> None:
    response = await api.head("/api/events", timeout=5)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream")


async def test_the_server_goes_down_in_time_while_somebody_listens(migrated_database: Path) -> None:
    with gateway_process(migrated_database) as gateway:
        async with listening(gateway):
            gateway.signal(15)
            assert await gateway.ended(5) == 0


@pytest.fixture(scope="module")
def pair(migrated_database: Path) -> Iterator[tuple[Gateway, Gateway]]:
    with engines.postgresql() as url, engines.redis() as redis:
        migrate(url)
        env = {"DATABASE_URL": url, "REDIS_URL": redis}
        with gateway_process(migrated_database, **env) as one, gateway_process(migrated_database, **env) as two:
            yield one, two


@pytest.mark.services
async def test_each_process_tells_of_the_other_ones_stations(pair: tuple[Gateway, Gateway]) -> None:
    one, two = pair
    async with listening(one) as here, listening(two) as there:
        async with station(one.ws, "CP_HERE") as cp, station(two.ws, "CP_THERE") as other:
            await asyncio.gather(*(charge(each, "2026-11-22T10:00:00Z") for each in (cp, other)))
        told = [await until(here, "station.offline") + await until(here, "station.offline")]
        told.append(await until(there, "station.offline") + await until(there, "station.offline"))
    assert told[0] == told[1]
    assert len(told[0]) == len({event["id"] for event in told[0]}) == 10
    assert [event["id"] for event in told[0]] == sorted(event["id"] for event in told[0])
