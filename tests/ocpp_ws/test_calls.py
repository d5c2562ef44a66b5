"""What each CALL of a station gets, over the wire: schema-valid answers, rows behind them, and the message log."""

import asyncio
import json
import time
from typing import Any

import pytest

from ocpp_ws.handlers import HANDLERS
from ocpp_ws.protocol import check
from ocpp_ws.writer import writer
from rfid.models import RfidCard
from sessions_app.models import ChargingSession, MeterValue
from sessions_app.services.meter_values import Metering, record_meter_values
from stations.models import Connector, Quirk, Reservation
from tests.ocpp_ws.charger import BOOT, START, Charger
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import change, messages, rows, station

WHEN = "2026-03-01T12:30:00Z"
STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Preparing"}
METER = {"connectorId": 1, "meterValue": [{"timestamp": WHEN, "sampledValue": [{"value": "1200"}]}]}
RESERVE = {"connectorId": 1, "idTag": "04AABB", "reservationId": 7, "expiryDate": "2099-01-01T00:00:00Z"}
CALLS: dict[str, dict[str, Any]] = {
    "Authorize": {"idTag": "04AABB"},
    "BootNotification": BOOT,
    "CancelReservation": {"reservationId": 7},
    "DataTransfer": {"vendorId": "org.acme", "data": "{}"},
    "DiagnosticsStatusNotification": {"status": "Uploaded"},
    "FirmwareStatusNotification": {"status": "Installed"},
    "Heartbeat": {},
    "LogStatusNotification": {"status": "Uploaded", "requestId": 1},
    "SignedFirmwareStatusNotification": {"status": "Installed", "requestId": 1},
    "MeterValues": METER,
    "ReserveNow": RESERVE,
    "SecurityEventNotification": {"type": "MemoryExhaustion", "timestamp": WHEN},
    "SignCertificate": {"csr": "no PEM"},
    "StartTransaction": START,
    "StatusNotification": STATUS,
    "StopTransaction": {"transactionId": 1, "meterStop": 2000, "timestamp": WHEN},
}


def test_every_action_that_is_served_is_tried_here() -> None:
    assert set(CALLS) == set(HANDLERS)


@pytest.mark.parametrize("action", CALLS)
async def test_every_call_gets_a_valid_answer_and_its_row_in_the_message_log(charger: Charger, action: str) -> None:
    answer = await charger.send(action, CALLS[action], unique_id="the-id")
    assert check(action, "result", answer) == ()
    (row,) = await messages()
    assert (row.direction, row.unique_id, row.action, row.error_code) == ("in", "the-id", action, "")
    assert (row.payload, row.answer, row.epoch) == (CALLS[action], answer, 1)


async def test_a_whole_session(charger: Charger) -> None:
    await rows(RfidCard.objects.create, tag_id="04AABB")
    assert await charger.send("Authorize", {"idTag": "04aabb"}) == {"idTagInfo": {"status": "Accepted"}}
    started = await charger.send("StartTransaction", START)
    assert started["idTagInfo"] == {"status": "Accepted"}
    await charger.send("MeterValues", METER | {"transactionId": started["transactionId"]})
    stop = {"transactionId": started["transactionId"], "meterStop": 4000, "timestamp": WHEN, "idTag": "04AABB"}
    data = [{"timestamp": WHEN, "sampledValue": [{"value": "1200"}, {"value": "4000", "context": "Transaction.End"}]}]
    stopped = await charger.send("StopTransaction", stop | {"transactionData": data})
    assert stopped == {"idTagInfo": {"status": "Accepted"}}
    session = await rows(ChargingSession.objects.get)
    assert (session.status, session.energy_wh, session.stop_reason) == ("completed", 3000, "Local")
    assert await rows(session.meter_values.count) == 2


async def test_a_start_that_is_repeated_over_a_new_link_gets_the_same_answer(connect: Connect) -> None:
    first = await connect()
    answer = await first.send("StartTransaction", START, unique_id="1")
    await first.hang_up()
    again = await connect()
    assert await again.send("StartTransaction", START, unique_id="1000") == answer
    assert await rows(ChargingSession.objects.count) == 1


async def test_pipelined_starts_are_one_session(charger: Charger) -> None:
    for number in range(3):
        await charger.write([2, str(number), "StartTransaction", START])
    answers = {(await charger.text()).split(",", 2)[2] for _ in range(3)}
    assert len(answers) == 1
    assert await rows(ChargingSession.objects.count) == 1


async def test_one_open_session_per_card_over_two_stations_in_one_batch(connect: Connect) -> None:
    await rows(RfidCard.objects.create, tag_id="04AABB")
    links = [await connect("CP_1"), await connect("CP_2")]
    for link in links:
        await link.write([2, "1", "StartTransaction", START])
    answers = [await link.text() for link in links]
    assert sorted("ConcurrentTx" in answer for answer in answers) == [False, True]


@pytest.mark.parametrize("number", [-1, 0, 2**31, 2**63 - 1, 10**40, "12", "no number", 7.0])
async def test_a_stop_with_any_number_is_confirmed(charger: Charger, number: object) -> None:
    stop = {"transactionId": number, "meterStop": 4000, "timestamp": WHEN}
    if number == "no number":
        assert "TypeConstraintViolation" in await charger.ask(frame("StopTransaction", stop))
    else:
        assert await charger.send("StopTransaction", stop) == {}


def frame(action: str, payload: object) -> str:
    return json.dumps([2, "x", action, payload])


@pytest.mark.parametrize("number", [-(2**63), -1, 2**31, 2**63 - 1])
async def test_any_connector_number_is_lived_with(charger: Charger, number: int) -> None:
    await charger.send("StatusNotification", STATUS | {"connectorId": number})
    await charger.send("StartTransaction", START | {"connectorId": number, "reservationId": number})
    await charger.send("MeterValues", METER | {"connectorId": number})
    await charger.send("ReserveNow", RESERVE | {"connectorId": number, "reservationId": number})
    session = await rows(ChargingSession.objects.get)
    assert session.connector_number in (0, 2**31 - 1)
    assert await rows(lambda: MeterValue.objects.get().session) == session


@pytest.mark.parametrize("text", ["\x00NUL", "\ud800", "\u202eabc", "<script>alert(1)</script>", "'; DROP TABLE x; --"])
async def test_hostile_text_is_stored_as_data(charger: Charger, text: str) -> None:
    await charger.send("BootNotification", {"chargePointVendor": text, "chargePointModel": text})
    await charger.send("StatusNotification", STATUS | {"info": text, "vendorId": text})
    await charger.send("StartTransaction", START | {"idTag": text})
    await charger.send("DataTransfer", {"vendorId": text, "data": text})
    await charger.send("StopTransaction", {"transactionId": -1, "meterStop": 0, "timestamp": text, "reason": text})
    expected = text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert (await station()).vendor == expected
    assert len(await messages()) == 5


@pytest.mark.parametrize(("many", "transactions"), [(1, 3), (2, 1)])
async def test_messages_of_many_samples_are_not_committed_together(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, many: int, transactions: int
) -> None:
    """A few of them would take longer than a database that is away is waited for."""
    monkeypatch.setattr("ocpp_ws.handlers.MANY", many)
    monkeypatch.setattr("ocpp_ws.batch.LONGEST_SECONDS", 0)
    batches = set()

    def seen(meterings: list[Metering], insert: Any) -> None:
        batches.add(insert.__self__)
        record_meter_values(meterings, insert)

    monkeypatch.setattr("ocpp_ws.handlers.record_meter_values", seen)

    def three_wait(_: Any) -> None:
        while len(writer._turns.waiting) < 3:
            time.sleep(0.001)

    samples = [
        {"timestamp": WHEN, "sampledValue": [{"value": "1"}]},
        {"timestamp": WHEN, "sampledValue": [{"value": "2"}]},
    ]
    chargers = [await connect(f"CP_{number}") for number in range(3)]
    writer.post(three_wait)
    await asyncio.gather(*(one.send("MeterValues", METER | {"meterValue": samples}) for one in chargers))
    assert len(batches) == transactions
    assert await rows(MeterValue.objects.count) == 6


async def test_a_missing_time_of_a_status_is_now(charger: Charger) -> None:
    await charger.send("StatusNotification", STATUS)
    connector = await rows(Connector.objects.get)
    assert connector.status_at == connector.status_received_at


async def test_tolerated_deviations_are_counted(charger: Charger) -> None:
    odd = METER | {"meterValue": [{"timestamp": WHEN, "sampledValue": [{"value": "1", "unit": "Furlong"}]}], "more": 1}
    for number in range(2):
        await charger.send("MeterValues", odd, unique_id=str(number))
    counted = await rows(lambda: set(Quirk.objects.values_list("kind", "count")))
    assert counted == {("unknown-enum", 2), ("extra-member", 2)}


async def test_a_heartbeat_is_logged_only_in_a_small_installation(charger: Charger, settings: Any) -> None:
    settings.LOG_HEARTBEATS_BELOW = 1
    await charger.send("Heartbeat")
    await charger.send("Authorize", {"idTag": "X"})
    assert [row.action for row in await messages()] == ["Authorize"]


async def test_a_reservation_made_at_the_station_is_used_by_its_session(charger: Charger) -> None:
    assert await charger.send("ReserveNow", RESERVE) == {"status": "Accepted"}
    assert await charger.send("ReserveNow", RESERVE | {"reservationId": 8}) == {"status": "Occupied"}
    assert await charger.send("ReserveNow", RESERVE | {"expiryDate": "soon"}) == {"status": "Rejected"}
    await charger.send("StartTransaction", START | {"reservationId": 7})
    assert (await rows(Reservation.objects.get)).status == "Used"
    assert await charger.send("CancelReservation", {"reservationId": 7}) == {"status": "Rejected"}


async def test_numbers_are_the_time_where_the_station_wants_them_so(charger: Charger) -> None:
    await change(transaction_ids="timestamp_ms")
    started = await charger.send("StartTransaction", START)
    assert started["transactionId"] == (await rows(ChargingSession.objects.get)).pk > 2**32
