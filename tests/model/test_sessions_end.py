"""Rows I9-I11 of the matrix through the real consumer: boots during a session, no clock, a busy connector."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ocpp_ws.writer import writer
from sessions_app.models import ChargingSession, ReconciliationItem
from sessions_app.services import look_after_rebooted
from tests.ocpp_ws.charger import BOOT, START, Charger
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import rows

LONG = [pytest.mark.long, pytest.mark.timeout(600)]
Ending = Callable[[Charger, int], Awaitable[None]]


def ahead(minutes: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


async def session_of(number: int) -> ChargingSession:
    return await rows(ChargingSession.objects.get, transaction_id=number)


async def look_again(minutes: float) -> int:
    """The process's look at rebooted stations, that much later; how many sessions it ended."""
    later = datetime.now(UTC) + timedelta(minutes=minutes)
    ended: int = await writer.commit(lambda _: look_after_rebooted(now=later))
    return ended


def stop(number: int, meter: int) -> dict[str, Any]:
    return {"transactionId": number, "meterStop": meter, "timestamp": ahead(), "reason": "PowerLoss"}


def sample(number: int, meter: int, when: str) -> dict[str, Any]:
    values = [{"timestamp": when, "sampledValue": [{"value": str(meter)}]}]
    return {"connectorId": 1, "transactionId": number, "meterValue": values}


async def stopped(link: Charger, number: int) -> None:
    await link.send("StopTransaction", stop(number, 3000))
    session = await session_of(number)
    assert (session.status, session.energy_wh, session.flags) == ("completed", 2000, [])


async def resumed(link: Charger, number: int) -> None:
    await link.send("MeterValues", sample(number, 2500, ahead()))
    await link.send("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
    assert await look_again(60) == 0
    assert (await session_of(number)).status == "active"
    await stopped(link, number)


async def forgotten(link: Charger, number: int) -> None:
    await link.send("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
    assert (await look_again(14), await look_again(16)) == (0, 1)
    session = await session_of(number)
    assert (session.status, session.stop_inferred, session.energy_wh) == ("interrupted", True, 1000)
    await stopped(link, number)


async def silent(link: Charger, number: int) -> None:
    """Listed once; and ended here, or each look at a later station would list it again."""
    for hours in (23, 25, 26):
        assert await look_again(hours * 60) == 0
    session = await session_of(number)
    listed = await rows(ReconciliationItem.objects.filter(session=session, kind="silent_session").count)
    assert (session.status, listed) == ("active", 1)
    await stopped(link, number)


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=LONG)])
@pytest.mark.parametrize("ending", [stopped, resumed, forgotten, silent])
async def test_i9_a_session_whose_station_boots_ends_as_promised(connect: Connect, ending: Ending, times: int) -> None:
    for number in range(times):
        link = await connect(f"CP_{number}")
        begun = await link.send("StartTransaction", START | {"timestamp": ahead(-30)})
        await link.send("MeterValues", sample(begun["transactionId"], 2000, ahead(-20)))
        await link.hang_up()
        link = await connect(f"CP_{number}")
        await link.send("BootNotification", BOOT)
        assert (await session_of(begun["transactionId"])).needs_reconcile_since is not None
        await ending(link, begun["transactionId"])
    assert await rows(ChargingSession.objects.filter(status="completed").count) == times


@pytest.mark.parametrize("times", [3, pytest.param(20, marks=LONG)])
async def test_i10_a_station_without_a_clock_has_as_many_sessions_as_it_began(connect: Connect, times: int) -> None:
    """Every start says the same; each is sent again, with a new id over a new link."""
    start = START | {"meterStart": 0, "timestamp": "1970-01-01T00:00:07Z"}
    numbers = []
    for _ in range(times):
        first = await connect()
        begun = await first.send("StartTransaction", start, "1")
        await first.hang_up()
        second = await connect()
        assert await second.send("StartTransaction", start, "2") == begun
        numbers.append(begun["transactionId"])
        ended = {"transactionId": begun["transactionId"], "meterStop": 500, "timestamp": "1970-01-01T01:00:07Z"}
        for again in ("3", "4"):
            assert await second.send("StopTransaction", ended, again) == {}
        await second.hang_up()
    sessions = await rows(lambda: list(ChargingSession.objects.order_by("pk")))
    assert [(one.transaction_id, one.status, one.energy_wh) for one in sessions] == [
        (number, "completed", 500) for number in numbers
    ]
    assert all(one.stopped_at >= one.started_at for one in sessions)


@pytest.mark.parametrize("times", [5, pytest.param(50, marks=LONG)])
async def test_i11_a_busy_connector_has_one_active_session_and_a_late_stop_wins(charger: Charger, times: int) -> None:
    older: int | None = None
    for number in range(times):
        start = START | {"meterStart": 1000 * number, "timestamp": ahead()}
        newer = (await charger.send("StartTransaction", start))["transactionId"]
        if older is not None:
            session = await session_of(older)
            assert (session.status, session.meter_stop, session.stop_inferred) == ("interrupted", 1000 * number, True)
            await charger.send("StopTransaction", stop(older, 1000 * number - 100))
            session = await session_of(older)
            assert (session.status, session.energy_wh, session.stop_inferred) == ("completed", 900, False)
        active = await rows(lambda: list(ChargingSession.objects.filter(status="active")))
        assert [(one.transaction_id, one.connector_number) for one in active] == [(newer, 1)]
        older = newer
