"""A bulk command whose stations are linked to two processes: its bound holds for both, and none gets it twice."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import pytest

from tests.reliability.conftest import Supervise
from tests.reliability.links import booted
from tests.reliability.report import measured
from tests.reliability.servers import Postgres, Redis
from tests.station import Station

pytestmark = pytest.mark.services
AT_ONCE = 3
ALL = ["waiting", "given", "done", "failed", "skipped"]


@dataclass(slots=True)
class Asked:
    """How many stations have the command and have not answered, and how many at most."""

    now: int = 0
    most: int = 0

    async def at(self, cp: Station) -> None:
        await cp.expect("Reset")
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.1)  # a station takes its time
        self.now -= 1
        await cp.reply({"status": "Accepted"})


async def bulk_command(api: httpx.AsyncClient, names: list[str]) -> dict[str, int]:
    """How many stations are in which state at its end."""
    body = {"command": "reset", "body": {"type": "Soft"}, "atOnce": AT_ONCE, "cpIds": names}
    made = (await api.post("/api/bulk-commands", json=body)).json()
    async with asyncio.timeout(100):
        while (shown := (await api.get(f"/api/bulk-commands/{made['id']}")).json())["state"] == "running":  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # its end comes from the answers
    progress: dict[str, int] = shown["progress"]
    return progress


async def over_two_processes(supervise: Supervise, postgres: Postgres, redis: Redis, count: int) -> None:
    env = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url, "FAULTS": "slow_bulks"}
    pair = [supervise(settings="tests.reliability.faulty", GATEWAY_SLOT=slot, **env) for slot in "ab"]
    for one in pair:
        await asyncio.to_thread(one.start)
    asked = Asked()
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(httpx.AsyncClient(base_url=pair[0].http, timeout=60, trust_env=False))
        halves = [await stack.enter_async_context(booted(one.ws, count // 2, f"P{one.port}")) for one in pair]
        stations = [cp for half in halves for cp in half]
        answering = [asyncio.create_task(asked.at(cp)) for cp in stations]
        names = [f"P{one.port}_{number:04}" for one in pair for number in range(count // 2)]
        progress = await bulk_command(api, names)
        await asyncio.gather(*answering)
        assert progress == dict.fromkeys(ALL, 0) | {"done": count}
        assert [cp.calls.qsize() for cp in stations] == [0] * count, "a station was asked twice"
    assert asked.most <= AT_ONCE
    measured("R3", f"bulk command to {count} stations of two processes: {asked.most} of {AT_ONCE} at once, each once")


async def test_r3_a_bulk_command_keeps_its_bound_over_two_processes(
    supervise: Supervise, postgres: Postgres, redis: Redis
) -> None:
    await over_two_processes(supervise, postgres, redis, 24)


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_r3_a_bulk_command_keeps_its_bound_over_two_processes_long(
    supervise: Supervise, postgres: Postgres, redis: Redis
) -> None:
    await over_two_processes(supervise, postgres, redis, 100)
