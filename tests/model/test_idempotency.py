"""Rows I1-I8 of the matrix through the real consumer: what is sent again, late, at once, or from elsewhere."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rfid.models import RfidCard
from sessions_app.models import ChargingSession, MeterValue
from stations.models import Connector
from tests.ocpp_ws.charger import START, Charger
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import messages, rows

DAY = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
LONG = [pytest.mark.long, pytest.mark.timeout(900)]


def at(minutes: float) -> str:
    return (DAY + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def start(number: int = 0) -> dict[str, Any]:
    return {"connectorId": 1, "idTag": "04AABB", "meterStart": 1000 + number, "timestamp": at(number)}


def sampled(minute: int) -> dict[str, Any]:
    return {"timestamp": at(minute), "sampledValue": [{"value": str(1000 + minute)}]}


async def count(model: Any, **wanted: Any) -> int:
    return await rows(model.objects.filter(**wanted).count)


@pytest.mark.parametrize("times", [10, pytest.param(100, marks=LONG)])
async def test_i1_a_start_three_times_in_a_row_is_one_session_and_three_equal_replies(
    charger: Charger, times: int
) -> None:
    for number in range(times):
        for _ in range(3):
            await charger.write([2, f"i1-{number}", "StartTransaction", start(number)])
        assert len({await charger.text() for _ in range(3)}) == 1
    assert await count(ChargingSession) == times


@pytest.mark.parametrize("times", [3, pytest.param(50, marks=LONG)])
async def test_i2_a_start_after_each_of_ten_reconnects_gets_its_id_and_info(connect: Connect, times: int) -> None:
    await rows(RfidCard.objects.create, tag_id="04AABB", parent_id_tag="FLEET")
    for number in range(times):
        answers = []
        for again in range(10):
            link = await connect()
            answers.append(await link.send("StartTransaction", start(number), f"{number}-{again}"))
            await link.hang_up()
        assert answers == answers[:1] * 10
        assert answers[0]["idTagInfo"] == {"status": "Accepted", "parentIdTag": "FLEET"}
    assert await count(ChargingSession) == times


@pytest.mark.parametrize("times", [30, pytest.param(1000, marks=LONG)])
async def test_i4_ids_that_begin_anew_are_no_retries(connect: Connect, times: int) -> None:
    link = await connect()
    for number in range(times):
        if number % 10 == 0:
            await link.hang_up()
            link = await connect()
        await link.send("StartTransaction", start(number), str(1 + number % 10))
    assert await count(ChargingSession) == times
    assert len(await messages(action="StartTransaction")) == times


@pytest.mark.parametrize("times", [1, pytest.param(50, marks=LONG)])
async def test_i5_a_days_stop_five_times_leaves_the_rows_of_one(charger: Charger, times: int) -> None:
    data = [sampled(minute) for minute in range(1440)]
    for number in range(times):
        begun = await charger.send("StartTransaction", {**start(number), "connectorId": 1 + number})
        stop = {
            "transactionId": begun["transactionId"],
            "meterStop": 2500,
            "timestamp": at(1440),
            "transactionData": data,
        }
        for _ in range(5):
            await charger.send("StopTransaction", stop)
        for _ in range(2):
            await charger.send("StopTransaction", stop | {"meterStop": 2600})
        session = await rows(ChargingSession.objects.get, transaction_id=begun["transactionId"])
        assert (session.meter_stop, len(session.stop_conflicts)) == (2500, 1)
        assert await count(MeterValue, session=session) == 1440


FOREIGN = [-1, 0, 4711, 2**31, 2**63 - 1, None]


@pytest.mark.parametrize("times", [2, pytest.param(50, marks=LONG)])
@pytest.mark.parametrize("number", FOREIGN, ids=lambda one: "another station's" if one is None else str(one))
async def test_i6_what_names_no_session_of_its_station_is_confirmed_and_changes_no_other(
    connect: Connect, number: int | None, times: int
) -> None:
    owner, other = await connect("CP_OWNER"), await connect("CP_OTHER")
    begun = await owner.send("StartTransaction", START)
    before = await rows(lambda: list(ChargingSession.objects.values()))
    named = begun["transactionId"] if number is None else number
    for minute in range(times):
        meter = {"connectorId": 1, "transactionId": named, "meterValue": [sampled(minute)]}
        assert await other.send("MeterValues", meter) == {}
        stop = {"transactionId": named, "meterStop": 9000 + minute, "timestamp": at(minute)}
        assert await other.send("StopTransaction", stop) == {}
    assert await rows(lambda: list(ChargingSession.objects.values())) == before
    assert await count(MeterValue, session__isnull=False) == 0
    assert await count(MeterValue) == times


@pytest.mark.parametrize("stations", [2, pytest.param(20, marks=LONG)])
async def test_i7_an_offline_day_is_stored_and_sets_no_status_back(connect: Connect, stations: int) -> None:
    status = {"connectorId": 1, "errorCode": "NoError"}
    for number in range(stations):
        link = await connect(f"CP_DAY_{number}")
        await link.send("StatusNotification", {**status, "status": "Available"})
        begun = await link.send("StartTransaction", start())
        for minute in range(240):
            meter = {"connectorId": 1, "transactionId": begun["transactionId"], "meterValue": [sampled(minute)]}
            assert await link.send("MeterValues", meter) == {}
            if minute % 80 == 0:
                await link.send("StatusNotification", {**status, "status": "Charging", "timestamp": at(minute)})
                await link.send("Authorize", {"idTag": "OTHER"})
        stop = {"transactionId": begun["transactionId"], "meterStop": 1240, "timestamp": at(240)}
        assert await link.send("StopTransaction", stop) == {}
    sessions = await rows(lambda: list(ChargingSession.objects.all()))
    assert [(one.status, one.energy_wh, one.started_at, one.stopped_at) for one in sessions] == [
        ("completed", 240, DAY, DAY + timedelta(minutes=240))
    ] * stations
    assert await count(MeterValue, session__isnull=False) == 240 * stations
    assert await rows(lambda: set(Connector.objects.values_list("status", flat=True))) == {"Available"}


@pytest.mark.parametrize("times", [3, pytest.param(50, marks=LONG)])
async def test_i8_a_stop_and_values_before_their_start_are_not_lost(charger: Charger, times: int) -> None:
    for number in range(times):
        meter = {"connectorId": 1, "meterValue": [sampled(number)], "transactionId": 10_000 + number}
        stop = {"transactionId": 10_000 + number, "meterStop": 5000 + number, "timestamp": at(number)}
        assert await charger.send("MeterValues", meter) == {}
        assert await charger.send("StopTransaction", stop) == {}
    begun = await charger.send("StartTransaction", start())
    assert await count(ChargingSession) == 1
    assert await count(MeterValue, session=None) == times
    kept = [row.payload["transactionId"] for row in await messages(action="StopTransaction")]
    assert kept == [10_000 + number for number in range(times)]
    assert begun["transactionId"] not in kept
