"""C8: a station owes an answer and moves to the other process: nobody gets an answer that is not his."""

import asyncio
import json
import random
from collections import Counter
from contextlib import AsyncExitStack, suppress

import httpx
import pytest
import websockets

from tests.main_job.conftest import client
from tests.reliability.conftest import Supervise
from tests.reliability.invariants import rows
from tests.reliability.report import measured
from tests.reliability.servers import Postgres, Redis
from tests.station import Station, station

CP = "CP_MOVES"
WAYS = ("its line is cut", "it answers and goes", "half-open", "half-open, and it answers meanwhile")
ROWS = "SELECT state, answer, late_answer, payload FROM stations_command ORDER BY id"


def ask(api: httpx.AsyncClient, what: str) -> "asyncio.Task[httpx.Response]":
    return asyncio.create_task(api.post(f"/api/admin/{CP}/get-configuration", json={"key": [what]}))


def answer(unique_id: str, where: str) -> str:
    return json.dumps([3, unique_id, {"unknownKey": [where]}])


async def told(cp: Station, unique_id: str, where: str) -> None:
    with suppress(websockets.ConnectionClosed):
        await cp.socket.send(answer(unique_id, where))


async def comes_in(ws: str, stack: AsyncExitStack) -> Station:
    while True:
        with suppress(websockets.InvalidStatus):  # a frame on the old link came just then
            return await stack.enter_async_context(
                station(ws, CP, open_timeout=15, close_timeout=0.1, ping_interval=None)
            )
        await asyncio.sleep(0.1)  # its back-off


async def moved(old: Station, ws: str, stack: AsyncExitStack, way: str, mine: str) -> Station:
    """The station on its new link; `mine` is the answer that it owes, if it is given on the old one."""
    if way == "it answers and goes":
        await told(old, old.asked, mine)
    if way.startswith("half-open"):
        old.socket.transport.pause_reading()  # it never sees a ping
    else:
        old.socket.transport.abort()
    coming = asyncio.ensure_future(comes_in(ws, stack))
    if way == "half-open, and it answers meanwhile":
        await asyncio.sleep(random.uniform(0, 0.1))
        await told(old, old.asked, mine)
    new = await coming
    if way == "half-open":
        await told(old, old.asked, mine)  # too late
    old.socket.transport.resume_reading()
    return new


async def moves(supervise: Supervise, postgres: Postgres, redis: Redis, times: int, faults: str = "") -> None:
    env = {"settings": "tests.reliability.faulty", "FAULTS": f"short_probes,{faults}", "REDIS_URL": redis.url}
    gateways = [supervise(DATABASE_URL=postgres.url, **env) for _ in range(2)]
    for one in gateways:
        one.start()
    found: Counter[str] = Counter()
    async with AsyncExitStack() as stack:
        apis = [await stack.enter_async_context(client(one.running)) for one in gateways]
        cp = await comes_in(gateways[0].ws, stack)
        await cp.boot()
        for number in range(times):
            api, there = random.choice(apis), gateways[(number + 1) % 2]
            owed = ask(api, f"first {number}")
            assert await cp.expect("GetConfiguration") == {"key": [f"first {number}"]}
            old, cp = cp, await moved(cp, there.ws, stack, WAYS[number % len(WAYS)], f"old {number}")
            found[verdict(await owed, f"old {number}")] += 1
            following = ask(api, f"second {number}")
            assert await cp.expect("GetConfiguration") == {"key": [f"second {number}"]}, "nothing is sent again"
            await told(cp, old.asked, f"stray {number}")  # on a link that was never asked this
            await cp.reply({"unknownKey": [f"new {number}"]})
            assert (await following).json()["unknownKey"] == [f"new {number}"]
    mixed = [row for row in rows(postgres.url, ROWS) if not is_its_own(*row)]
    assert not mixed
    assert found["unknown"] + found["answered"] == times
    measured("C8", f"{times} moves: {found['unknown']} unknown, {found['answered']} its own answer, 0 mixed")


def verdict(response: httpx.Response, mine: str) -> str:
    if response.status_code == 200:
        assert response.json()["unknownKey"] == [mine]
        return "answered"
    assert (response.status_code, response.json()["code"]) == (502, "outcome_unknown")
    return "unknown"


def is_its_own(state: str, given: object, late: object, payload: dict[str, list[str]]) -> bool:
    """`first 7` may be answered by `old 7` only, on time or late; `second 7` by `new 7`."""
    kind, number = payload["key"][0].split()
    own = {"unknownKey": [f"{'old' if kind == 'first' else 'new'} {number}"]}
    if state == "answered":
        return given == own and late is None
    return kind == "first" and state == "unknown" and given is None and late in (None, own)


@pytest.mark.services
async def test_c8_station_moves_while_a_command_is_sent(supervise: Supervise, postgres: Postgres, redis: Redis) -> None:
    await moves(supervise, postgres, redis, 5)


@pytest.mark.services
async def test_c8m_without_matching_the_message_id_answers_are_mixed(
    supervise: Supervise, postgres: Postgres, redis: Redis
) -> None:
    with pytest.raises(AssertionError, match="stray"):
        await moves(supervise, postgres, redis, 1, "any_answer")


@pytest.mark.long
@pytest.mark.services
@pytest.mark.timeout(600)
async def test_c8_station_moves_while_a_command_is_sent_long(
    supervise: Supervise, postgres: Postgres, redis: Redis
) -> None:
    await moves(supervise, postgres, redis, 100)
