"""R3 to R8: commands when stations are many, slow, silent, wrong, gone, or when the process dies."""

import asyncio
import json
import time
from typing import Any

import httpx
import pytest

from tests.main_job.conftest import client
from tests.reliability.conftest import Supervise
from tests.reliability.invariants import rows
from tests.reliability.links import booted, reset
from tests.reliability.report import goal, measured
from tests.reliability.servers import Postgres, Redis
from tests.station import Station, station

ACCEPTED = {"status": "Accepted"}
CODES = [
    "NotImplemented", "NotSupported", "InternalError", "ProtocolError", "SecurityError", "FormationViolation",
    "PropertyConstraintViolation", "OccurenceConstraintViolation", "TypeConstraintViolation", "GenericError",
    "OccurrenceConstraintViolation", "NeverHeardOf",
]  # fmt: skip


async def hundred_commands(supervise: Supervise, postgres: Postgres, redis: Redis, runs: int, count: int) -> None:
    env = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
    one, two = supervise(**env), supervise(**env)
    one.start(), two.start()
    slowest, half = 0.0, count // 2
    async with booted(one.ws, half, "ONE") as there, booted(two.ws, half, "TWO") as here, client(two.running) as api:
        for _ in range(runs):
            begun = time.monotonic()
            asked = [reset(api, f"{side}_{number:04}") for side in ("ONE", "TWO") for number in range(half)]
            await asyncio.gather(*(cp.expect("Reset", ACCEPTED) for cp in there + here))
            assert {response.status_code for response in await asyncio.gather(*asked)} == {200}
            slowest = max(slowest, time.monotonic() - begun)
    assert slowest <= goal(5)
    measured("R3", f"{runs} x {count} commands to {count} stations of two processes: all in {slowest:.1f} s")


@pytest.mark.services
async def test_r3_commands_to_stations_of_two_processes(supervise: Supervise, postgres: Postgres, redis: Redis) -> None:
    await hundred_commands(supervise, postgres, redis, 1, 100)


@pytest.mark.long
@pytest.mark.services
@pytest.mark.timeout(300)
async def test_r3_commands_to_stations_of_two_processes_long(
    supervise: Supervise, postgres: Postgres, redis: Redis
) -> None:
    await hundred_commands(supervise, postgres, redis, 5, 100)


async def silent_then_late(cp: Station, api: httpx.AsyncClient, cp_id: str) -> float:
    """A command that is answered after its time-out, while the next one waits; seconds from the CALL to the 504."""
    silent = reset(api, cp_id)
    await cp.expect("Reset")
    begun, late = time.monotonic(), cp.asked
    assert (await silent).status_code == 504
    took = time.monotonic() - begun
    unlocking = asyncio.create_task(api.post(f"/api/admin/{cp_id}/unlock-connector", json={"connectorId": 1}))
    await cp.expect("UnlockConnector")
    await cp.socket.send(json.dumps([3, late, ACCEPTED]))
    await cp.reply({"status": "Unlocked"})
    assert (await unlocking).json()["status"] == "Unlocked"
    return took


async def late_replies(supervise: Supervise, count: int, call_timeout: int) -> None:
    gateway = supervise(CALL_TIMEOUT=str(call_timeout))
    gateway.start()
    async with booted(gateway.ws, count) as stations, client(gateway.running) as api:
        took = await asyncio.gather(*(silent_then_late(cp, api, f"CP_{n:04}") for n, cp in enumerate(stations)))
    kept = rows(gateway.url, "SELECT state, late_answer FROM stations_command WHERE action = 'Reset'")
    assert [(state, json.loads(answer)) for state, answer in kept] == [("timeout", ACCEPTED)] * count
    assert call_timeout <= min(took) <= max(took) <= call_timeout + goal(1)
    spread = f"504 after {min(took):.1f} to {max(took):.1f} s"
    measured("R4", f"{count} late replies kept, 0 given to another command, {spread}")


async def test_r4_late_reply_is_kept_and_given_to_nobody_else(supervise: Supervise) -> None:
    await late_replies(supervise, 5, 1)


@pytest.mark.long
@pytest.mark.timeout(180)
async def test_r4_late_reply_is_kept_and_given_to_nobody_else_long(supervise: Supervise) -> None:
    await late_replies(supervise, 50, 30)


async def test_r5_every_callerror_and_a_wrong_result_are_passed_on(supervise: Supervise) -> None:
    gateway = supervise()
    gateway.start()
    async with station(gateway.ws, "CP_WRONG") as cp, client(gateway.running) as api:
        await cp.boot()
        for code in CODES:
            asking = reset(api, "CP_WRONG")
            await cp.expect("Reset", error=(code, "no"))
            response = await asking
            told = code.replace("Occurrence", "Occurence")  # the specification's own spelling (OCPP-J errata 5.1)
            assert (response.status_code, response.json()["ocppErrorCode"]) == (502, told)
        asking = reset(api, "CP_WRONG")
        await cp.expect("Reset", {"status": 7})
        response = await asking
    states = rows(gateway.url, "SELECT state FROM stations_command ORDER BY id")
    assert states == [("call_error",)] * len(CODES) + [("invalid_response",)]
    assert response.status_code == 502
    measured("R5", f"{len(CODES)} CALLERROR codes and an invalid result: each mapped, none lost")


async def crossing(supervise: Supervise, count: int) -> None:
    """The station asks something itself before it answers."""
    gateway, took = supervise(), []
    gateway.start()
    async with station(gateway.ws, "CP_CROSSES") as cp, client(gateway.running) as api:
        await cp.boot()
        for _ in range(count):
            begun = time.monotonic()
            asking = reset(api, "CP_CROSSES")
            await cp.expect("Reset")
            assert "currentTime" in await cp.send("Heartbeat")
            await cp.reply(ACCEPTED)
            assert (await asking).status_code == 200
            took.append(time.monotonic() - begun)
    slowest = sorted(took)[int(len(took) * 0.99)]
    assert slowest <= goal(1)
    measured("R6", f"{count} crossings: 0 deadlocks, p99 {slowest * 1000:.0f} ms")


async def test_r6_crossing_calls(supervise: Supervise) -> None:
    await crossing(supervise, 40)


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_r6_crossing_calls_long(supervise: Supervise) -> None:
    await crossing(supervise, 1000)


async def lost_links(supervise: Supervise, times: int, **options: str) -> None:
    """One command is sent, one waits: the first is unknown, the second was never sent."""
    gateway, took = supervise(**options), []
    gateway.start()
    async with client(gateway.running) as api:
        for _ in range(times):
            async with station(gateway.ws, "CP_LOST") as cp:
                await cp.boot()
                sent = reset(api, "CP_LOST")
                await cp.expect("Reset")
                queued = reset(api, "CP_LOST")
                await rows_become(gateway.url, "state = 'queued'", 1)
                begun = time.monotonic()
                cp.socket.transport.abort()
                await asyncio.gather(sent, queued)
                took.append(time.monotonic() - begun)
            async with station(gateway.ws, "CP_LOST") as cp:
                await cp.boot()
                assert cp.calls.empty(), "nothing is sent again by itself"
    states = rows(gateway.url, "SELECT state FROM stations_command ORDER BY id")
    assert states == [("unknown",), ("station_offline",)] * times
    assert max(took) <= goal(1)
    measured("R7", f"{times} x: unknown and station_offline <= {max(took) * 1000:.0f} ms, 0 sent again")


async def rows_become(url: str, condition: str, count: int) -> None:
    async with asyncio.timeout(20):
        while len(rows(url, f"SELECT id FROM stations_command WHERE {condition}")) != count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # a row has no event to wait for


async def test_r7_link_lost_with_a_command_sent_and_one_queued(supervise: Supervise) -> None:
    await lost_links(supervise, 5)


async def test_r7m_a_command_that_is_sent_again_is_found(supervise: Supervise) -> None:
    faults = {"settings": "tests.reliability.faulty", "FAULTS": "sent_again"}
    with pytest.raises(AssertionError, match="nothing is sent again by itself"):
        await lost_links(supervise, 1, **faults, CALL_TIMEOUT="1")


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_r7_link_lost_with_a_command_sent_and_one_queued_long(supervise: Supervise) -> None:
    await lost_links(supervise, 100)


async def killed_with_commands_in_flight(supervise: Supervise, kills: int) -> None:
    gateway, slowest = supervise(), 0.0
    gateway.start()
    for number in range(kills):
        async with booted(gateway.ws, 50) as stations, client(gateway.running) as api:
            asked = [reset(api, f"CP_{n:04}") for n in range(50)]
            await asyncio.gather(*(asks(cp) for cp in stations))
            gateway.kill()
            begun = time.monotonic()
            await asyncio.gather(*asked, return_exceptions=True)
        await asyncio.to_thread(gateway.start)
        await rows_become(gateway.url, "state = 'sent'", 0)
        slowest = max(slowest, time.monotonic() - begun)
        await rows_become(gateway.url, "state = 'unknown'", 50 * (number + 1))
    assert slowest <= goal(60)
    measured("R8", f"{kills} kills with 50 in flight: 0 stuck {slowest:.0f} s after the kill, restart included")


async def asks(cp: Station) -> Any:
    return await cp.expect("Reset")


async def test_r8_killed_with_50_commands_in_flight(supervise: Supervise) -> None:
    await killed_with_commands_in_flight(supervise, 1)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_r8_killed_with_50_commands_in_flight_long(supervise: Supervise) -> None:
    await killed_with_commands_in_flight(supervise, 10)
