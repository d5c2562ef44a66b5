"""R1, R2, R9: commands to a station that is away, more of them than it can take, given twice, taken back."""

import asyncio
import json
import time

import httpx
import pytest

from tests.main_job.conftest import client
from tests.reliability.conftest import Supervise
from tests.reliability.invariants import rows
from tests.reliability.links import reset
from tests.reliability.report import goal, measured
from tests.station import station

ACCEPTED = {"status": "Accepted"}
FAULTY = "tests.reliability.faulty"
DEPTH = 20
OFFLINE = "SELECT cp_id FROM stations_chargingstation WHERE lease_until IS NULL"


async def offline(supervise: Supervise, times: int) -> None:
    gateway, took = supervise(), []
    gateway.start()
    async with station(gateway.ws, "CP_AWAY") as cp:
        await cp.boot()
    async with client(gateway.running) as api, asyncio.timeout(60):
        while not rows(gateway.url, OFFLINE):  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # a row has no event to wait for
        for _ in range(times):
            begun = time.monotonic()
            response = await reset(api, "CP_AWAY")
            took.append(time.monotonic() - begun)
            assert (response.status_code, response.json()["code"]) == (409, "station_offline")
    slowest = sorted(took)[int(len(took) * 0.99)]
    assert slowest <= goal(0.2)
    measured("R1", f"{times} x 409, p99 {slowest * 1000:.0f} ms")


async def test_r1_station_that_is_away(supervise: Supervise) -> None:
    await offline(supervise, 20)


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_r1_station_that_is_away_long(supervise: Supervise) -> None:
    await offline(supervise, 200)


def change(api: httpx.AsyncClient, value: str) -> "asyncio.Task[httpx.Response]":
    body = {"key": "HeartbeatInterval", "value": value}
    return asyncio.create_task(api.post("/api/admin/CP_BUSY/change-configuration", json=body))


async def flood(supervise: Supervise, rounds: int, count: int, **options: str) -> None:
    """That many at once to one station: the queue's depth is taken, the rest refused; one CALL at a time, in order."""
    gateway, seen = supervise(**options), []
    gateway.start()
    async with station(gateway.ws, "CP_BUSY") as cp, client(gateway.running) as api:
        await cp.boot()
        for number in range(rounds):
            asked = {change(api, f"{number}-{one}") for one in range(count)}
            waiting = set(asked)
            while len(waiting) > DEPTH:
                _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for _ in range(DEPTH):
                seen.append((await cp.expect("ChangeConfiguration"))["value"])
                assert "currentTime" in await cp.send("Heartbeat")
                assert cp.calls.empty(), "one CALL outstanding per link (OCPP-J 4.1.1)"
                await cp.reply(ACCEPTED)
            codes = sorted(response.status_code for response in await asyncio.gather(*asked))
            assert codes == [200] * DEPTH + [429] * (count - DEPTH)
    given = rows(gateway.url, "SELECT payload FROM stations_command ORDER BY id")
    assert [json.loads(payload)["value"] for (payload,) in given] == seen
    measured("R2", f"{rounds} x {count} at once: {DEPTH} taken, in order, 1 outstanding, {count - DEPTH} x 429")


async def test_r2_more_commands_than_a_station_can_take(supervise: Supervise) -> None:
    await flood(supervise, 1, 30)


FLOOD = {"many_outstanding": "one CALL outstanding", "newest_first": r"At index \d+ diff"}


@pytest.mark.parametrize("guard", FLOOD)
async def test_r2m_commands_at_once_or_out_of_order_are_found(supervise: Supervise, guard: str) -> None:
    with pytest.raises(AssertionError, match=FLOOD[guard]):
        await flood(supervise, 1, 30, settings=FAULTY, FAULTS=guard)


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_r2_more_commands_than_a_station_can_take_long(supervise: Supervise) -> None:
    await flood(supervise, 5, 100)


async def once(supervise: Supervise, times: int, **options: str) -> None:
    """One key, ten requests, one CALL; of two commands the queued one is taken back, the sent one is not."""
    gateway = supervise(**options)
    gateway.start()
    async with station(gateway.ws, "CP_ONCE") as cp, client(gateway.running) as api:
        await cp.boot()
        for number in range(times):
            headers = {"Idempotency-Key": f"key-{number}"}
            request = {"json": {"type": "Soft"}, "headers": headers}
            asked = [asyncio.create_task(api.post("/api/admin/CP_ONCE/reset", **request)) for _ in range(10)]
            await cp.expect("Reset", ACCEPTED)
            answers = await asyncio.gather(*asked)
            assert {answer.status_code for answer in answers} == {200}
            assert len({answer.json()["commandId"] for answer in answers}) == 1
            sent = (await api.post("/api/admin/CP_ONCE/reset?wait=0", json={"type": "Hard"})).json()["commandId"]
            await cp.expect("Reset")
            queued = (await api.post("/api/admin/CP_ONCE/reset?wait=0", json={"type": "Soft"})).json()["commandId"]
            assert (await api.post(f"/api/commands/{queued}/cancel")).json()["state"] == "cancelled"
            assert (await api.post(f"/api/commands/{sent}/cancel")).status_code == 409
            await cp.reply(ACCEPTED)
            assert "currentTime" in await cp.send("Heartbeat")
            assert cp.calls.empty(), "neither the same again nor what was taken back"
    states = rows(gateway.url, "SELECT state FROM stations_command ORDER BY id")
    assert states == [("answered",), ("answered",), ("cancelled",)] * times
    measured("R9", f"{times} x 10 requests with one key: {times} CALLs; {times} cancelled; {times} x 409")


async def test_r9_given_twice_and_taken_back(supervise: Supervise) -> None:
    await once(supervise, 2)


ONCE = {"no_idempotency_key": r"== \{200\}", "sent_ones_taken_back": "200 == 409"}


@pytest.mark.parametrize("guard", ONCE)
async def test_r9m_what_is_given_twice_or_taken_back_too_late_is_found(supervise: Supervise, guard: str) -> None:
    with pytest.raises(AssertionError, match=ONCE[guard]):
        await once(supervise, 1, settings=FAULTY, FAULTS=guard, CALL_TIMEOUT="1")


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_r9_given_twice_and_taken_back_long(supervise: Supervise) -> None:
    await once(supervise, 50)
