"""What messages are looked for by: their transaction, and the word that says how it went."""

import pytest

from ocpp_ws.message_log import gist
from sessions_app.models import ChargingSession
from stations import commands
from tests.ocpp_ws.charger import START, CallError, Charger
from tests.ocpp_ws.rows import in_thread, messages, rows, station


async def test_every_message_of_a_transaction_bears_its_number(charger: Charger) -> None:
    number = (await charger.send("StartTransaction", START))["transactionId"]
    sample = {"timestamp": START["timestamp"], "sampledValue": [{"value": "1"}]}
    await charger.send("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [sample]})
    asking = in_thread(commands.remote_stop_transaction, await station(), actor="tester", transaction_id=number)
    unique_id, _ = await charger.expect("RemoteStopTransaction")
    await charger.answer(unique_id, {"status": "Rejected"})
    await asking
    stop = {"transactionId": number, "meterStop": 2000, "timestamp": START["timestamp"], "idTag": START["idTag"]}
    await charger.send("StopTransaction", stop)
    await charger.send("Authorize", {"idTag": START["idTag"]})
    told = [(row.action, row.status) for row in await messages(transaction_id=number)]
    assert told == [
        ("StartTransaction", "Invalid"),
        ("MeterValues", ""),
        ("RemoteStopTransaction", "Rejected"),
        ("StopTransaction", "Invalid"),
    ]
    assert await rows(ChargingSession.objects.filter(transaction_id=number).exists)


async def test_a_status_notification_bears_its_own_word(charger: Charger) -> None:
    await charger.send("StatusNotification", {"connectorId": 1, "status": "Faulted", "errorCode": "OtherError"})
    assert [row.status for row in await messages(action="StatusNotification")] == ["Faulted"]


async def test_a_refused_message_bears_neither(charger: Charger) -> None:
    with pytest.raises(CallError):
        await charger.send("StopTransaction", {"transactionId": 5})
    assert [(row.status, row.transaction_id) for row in await messages(action="StopTransaction")] == [("", None)]


@pytest.mark.parametrize("number", [2**63, -(2**63), True, "5", None, 5.0])
def test_what_no_column_holds_is_no_transaction(number: object) -> None:
    assert gist({"transactionId": number}, {})["transaction_id"] is None


def test_answers_of_any_shape_have_a_word() -> None:
    assert gist({}, {"status": ["x\x00"]})["status"] == "['x\\x00']"
    assert gist({"status": "Faulted"}, {"idTagInfo": "no object"})["status"] == "Faulted"
    assert gist({}, {"status": "\x00" + "x" * 90})["status"] == "\ufffd" + "x" * 49
