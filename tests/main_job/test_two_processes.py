"""The same with two processes on PostgreSQL and Redis: any process commands any station."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import engines
from tests.main_job.conftest import client, gateway_process, is_strict, migrate, shown_offline
from tests.main_job.test_commands import ROUTES, answered_beside_parked_commands
from tests.processes import Gateway
from tests.station import CallError, Station, station

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with engines.postgresql() as url:
        migrate(url)
        yield url


@pytest.fixture(scope="module")
def pair(database: str, migrated_database: Path) -> Iterator[tuple[Gateway, Gateway]]:
    with engines.redis() as redis:
        env = {"DATABASE_URL": database, "REDIS_URL": redis}
        with gateway_process(migrated_database, **env) as one, gateway_process(migrated_database, **env) as two:
            yield one, two


@pytest.mark.parametrize("route", ROUTES)
async def test_command_round_trips_from_the_other_process(pair: tuple[Gateway, Gateway], route: str) -> None:
    one, two = pair
    action, body, answer = ROUTES[route]
    async with station(one.ws, "CP_AWAY") as cp, client(two) as api:
        await cp.boot()
        asking = asyncio.create_task(api.post(f"/api/admin/CP_AWAY/{route}", json=body))
        assert await cp.expect(action, answer) == body
        response = await asking
    assert response.status_code == 200
    assert response.json()["status"] == answer.get("status", "Accepted")
    await one.logged(re.escape("[CP_AWAY] Disconnected"))


async def test_offline_is_seen_by_the_other_process_at_once(pair: tuple[Gateway, Gateway]) -> None:
    one, two = pair
    async with client(two) as api:
        async with station(one.ws, "CP_SEEN") as cp:
            await cp.boot()
            assert (await api.get("/api/stations/CP_SEEN")).json()["online"] is True
        await shown_offline(api, "CP_SEEN")
        assert (await api.post("/api/admin/CP_SEEN/reset", json={"type": "Soft"})).status_code == 409


async def test_acceptance_reaches_a_link_of_the_other_process(pair: tuple[Gateway, Gateway]) -> None:
    one, two = pair
    async with station(one.ws, "CP_DECIDED") as cp, client(two) as api:
        assert (await cp.boot())["status"] == "Accepted"
        await api.patch("/api/stations/CP_DECIDED", json={"registration": "Pending"})
        await may_speak(cp, False)
        assert (await cp.boot())["status"] == "Pending"
        await api.patch("/api/stations/CP_DECIDED", json={"registration": "Accepted"})
        await may_speak(cp, True)


async def test_the_strict_switch_reaches_a_link_of_the_other_process(pair: tuple[Gateway, Gateway]) -> None:
    one, two = pair
    async with station(one.ws, "CP_STRICT") as cp, client(two) as api:
        await cp.boot()
        await is_strict(cp, False)
        await api.patch("/api/stations/CP_STRICT", json={"strict": True})
        await is_strict(cp, True)
        await api.patch("/api/stations/CP_STRICT", json={"strict": False})
        await is_strict(cp, False)


async def may_speak(cp: Station, wanted: bool) -> None:
    """Until the station's messages are answered, or refused, within seconds: the next renewal is half a minute away."""
    async with asyncio.timeout(5):
        while await is_answered(cp) is not wanted:
            pass


async def is_answered(cp: Station) -> bool:
    try:
        await cp.send("Heartbeat")
    except CallError:
        return False
    return True


async def test_stations_are_answered_while_50_commands_are_parked(pair: tuple[Gateway, Gateway]) -> None:
    one, two = pair
    async with client(two) as api:
        await answered_beside_parked_commands(one, api)


async def test_dead_link_in_the_other_process_does_not_lock_the_station_out(pair: tuple[Gateway, Gateway]) -> None:
    one, two = pair
    async with station(one.ws, "CP_MOVES", ping_interval=None) as old:
        await old.boot()
        old.socket.transport.pause_reading()  # half-open: it will never see the ping
        async with station(two.ws, "CP_MOVES", open_timeout=10) as new, client(one) as api:
            await new.boot()
            asking = asyncio.create_task(api.post("/api/admin/CP_MOVES/reset", json={"type": "Soft"}))
            await new.expect("Reset", {"status": "Accepted"})
            assert (await asking).status_code == 200
            old.socket.transport.resume_reading()
            await old.socket.wait_closed()
            assert old.socket.close_code == 4001
            assert (await api.get("/api/stations/CP_MOVES")).json()["online"] is True


async def test_living_link_is_not_displaced_by_a_stranger(pair: tuple[Gateway, Gateway]) -> None:
    one, two = pair
    async with station(one.ws, "CP_LIVES") as cp:
        await cp.boot()
        with pytest.raises(Exception, match="503"):
            async with station(two.ws, "CP_LIVES"):
                pass
        assert "currentTime" in await cp.send("Heartbeat")


async def test_commands_arrive_while_redis_is_away(database: str, migrated_database: Path) -> None:
    with ExitStack() as running:
        with engines.redis() as redis:
            env = {"DATABASE_URL": database, "REDIS_URL": redis}
            one, two = (running.enter_context(gateway_process(migrated_database, **env)) for _ in range(2))
        async with station(one.ws, "CP_NO_REDIS") as cp, client(two) as api:  # Redis is gone
            await cp.boot()
            asking = asyncio.create_task(api.post("/api/admin/CP_NO_REDIS/reset", json={"type": "Soft"}))
            await cp.expect("Reset", {"status": "Accepted"})
            assert (await asking).status_code == 200
