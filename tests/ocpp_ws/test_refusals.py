"""What a CALL or a frame that cannot be taken gets, and that the link lives on."""

import json
from typing import Any

import pytest

from ocpp_ws import handlers
from stations.models import ChargingStation
from tests.ocpp_ws.charger import BOOT, START, CallError, Charger, Closed
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import messages, rows

AUTHORIZE = {"idTag": "04AABB"}
REFUSALS: list[tuple[str, Any, str]] = [
    ('[2,"i","Authorize"]', "i", "FormationViolation"),
    ('[2,"i","Authorize",{"idTag":"X"},5]', "i", "FormationViolation"),
    ('[2,"i","Authorize",{"idTag":', "i", "FormationViolation"),
    ('[2,"i","Authorize",[]]', "i", "FormationViolation"),
    ('[2,"i","Authorize",{"idTag":NaN}]', "i", "FormationViolation"),
    ('[2,"i",5,{}]', "i", "FormationViolation"),
    ('[2,null,"Authorize",{"idTag":"X"}]', "", "FormationViolation"),
    ('[2,"","Authorize",{"idTag":"X"}]', "", "FormationViolation"),
    ('[2,"i","authorize",{"idTag":"X"}]', "i", "NotImplemented"),
    ('[2,"i","RemoteStartTransaction",{"idTag":"X"}]', "i", "NotSupported"),
    ('[2,"i","Authorize",{}]', "i", "ProtocolError"),
    ('[2,"i","Authorize",null]', "i", "ProtocolError"),
    ('[2,"i","Authorize",{"idTag":5}]', "i", "TypeConstraintViolation"),
    ('[2,"i","MeterValues",{"connectorId":true,"meterValue":[]}]', "i", "TypeConstraintViolation"),
    ('[2,"i","MeterValues",{"connectorId":1,"meterValue":[]}]', "i", "OccurenceConstraintViolation"),
    ('[2,"i","MeterValues",{"connectorId":99999999999999999999,"meterValue":[]}]', "i", "OccurenceConstraintViolation"),
    ('[2,"i","CancelReservation",{"reservationId":99999999999999999999999}]', "i", "PropertyConstraintViolation"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "unique_id", "code"), REFUSALS, ids=[text[:60] for text, _, _ in REFUSALS])
async def test_a_call_that_cannot_be_taken_gets_its_error_and_is_kept(
    charger: Charger, text: str, unique_id: str, code: str
) -> None:
    kind, answered, came, description, details = json.loads(await charger.ask(text))
    assert (kind, answered, came, details) == (4, unique_id, code, {})
    assert 0 < len(description) <= 255
    (row,) = await messages()
    assert (row.payload, row.error_code, row.unique_id) == ({"raw": text}, code, unique_id)
    assert await charger.lives()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "hello", '"x"', "[2]", "[9,1,2]", '["2","i","Authorize",{}]', "[" * 500,
             '[3,"nobody",{}]', '[4,"nobody","InternalError","",{}]', '[2,{"a":1}', "\x00"],
)  # fmt: skip
async def test_a_frame_without_a_readable_id_is_ignored(charger: Charger, text: str) -> None:
    await charger.write(text)
    assert await charger.lives()  # and the next answer is not to that frame


async def test_a_binary_frame_ends_the_link(charger: Charger) -> None:
    await charger.send_input({"type": "websocket.receive", "bytes": b"[2]"})
    with pytest.raises(Closed) as end:
        await charger.text()
    assert end.value.code == 1003


async def test_more_than_ten_unreadable_frames_in_a_minute_end_the_link(charger: Charger) -> None:
    for _ in range(10):
        await charger.write("junk")
    assert await charger.lives()
    await charger.write("junk")
    with pytest.raises(Closed) as end:
        await charger.text()
    assert end.value.code == 1008


async def test_the_same_call_again_gets_the_same_bytes(charger: Charger) -> None:
    text = json.dumps([2, "same", "StartTransaction", START])
    first = await charger.ask(text)
    await charger.ask(json.dumps([2, "between", "Heartbeat", {}]))
    assert await charger.ask(text) == first
    assert await charger.ask(text.replace(", ", " ,\n ")) == first  # another spelling of the same
    assert len(await messages(action="StartTransaction")) == 1


async def test_the_same_id_with_other_content_is_another_call(charger: Charger) -> None:
    first = await charger.send("StartTransaction", START, unique_id="1")
    second = await charger.send("StartTransaction", START | {"connectorId": 2}, unique_id="1")
    assert first["transactionId"] != second["transactionId"]
    assert (await charger.send("Heartbeat", {}, unique_id="1"))["currentTime"]


@pytest.mark.parametrize("unique_id", [7, "x" * 300])
async def test_an_odd_id_is_answered_as_it_came(charger: Charger, unique_id: Any) -> None:
    assert json.loads(await charger.ask(json.dumps([2, unique_id, "Heartbeat", {}])))[1] == unique_id
    assert len(await messages()) == 1


@pytest.fixture
def broken_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> dict[str, Any]:
        raise KeyError("secret of the house")

    monkeypatch.setitem(handlers.HANDLERS, "Authorize", broken)


async def test_our_own_fault_tells_nothing_and_the_link_lives(broken_handler: None, charger: Charger) -> None:
    text = await charger.ask(json.dumps([2, "i", "Authorize", AUTHORIZE]))
    assert json.loads(text) == [4, "i", "InternalError", "", {}]
    assert await charger.lives()


async def test_what_failed_by_our_own_fault_is_kept(broken_handler: None, charger: Charger) -> None:
    with pytest.raises(CallError):
        await charger.send("Authorize", AUTHORIZE, unique_id="lost")
    (row,) = await messages(unique_id="lost")
    assert (row.action, row.error_code) == ("Authorize", "InternalError")
    assert json.loads(row.payload["raw"])[3] == AUTHORIZE


async def test_an_answer_that_breaks_the_schema_is_our_own_fault(
    charger: Charger, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def invalid(*_: Any) -> dict[str, Any]:
        return {"idTagInfo": {"status": "Maybe"}}

    monkeypatch.setitem(handlers.HANDLERS, "Authorize", invalid)
    with pytest.raises(CallError, match="InternalError"):
        await charger.send("Authorize", AUTHORIZE)
    assert await charger.lives()


async def test_a_failed_call_may_be_asked_again_with_the_same_id(
    charger: Charger, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> dict[str, Any]:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setitem(handlers.HANDLERS, "Authorize", broken)
        with pytest.raises(CallError):
            await charger.send("Authorize", AUTHORIZE, unique_id="same")
    assert (await charger.send("Authorize", AUTHORIZE, unique_id="same"))["idTagInfo"]


@pytest.mark.parametrize(
    ("action", "change", "code"),
    [
        ("StatusNotification", {"status": "Dreaming"}, "PropertyConstraintViolation"),
        ("StatusNotification", {"info": "x" * 51}, "PropertyConstraintViolation"),
        ("StatusNotification", {"timestamp": "soon"}, "PropertyConstraintViolation"),
        ("StatusNotification", {"extra": 1}, "FormationViolation"),
    ],
)
async def test_a_strict_station_is_refused_what_others_are_forgiven(
    connect: Connect, action: str, change: dict[str, object], code: str
) -> None:
    await rows(ChargingStation.objects.create, cp_id="STRICT", strict=True)
    strict, other = await connect("STRICT"), await connect("CP_1")
    payload = {"connectorId": 1, "errorCode": "NoError", "status": "Available"} | change
    assert await other.send(action, payload) == {}
    with pytest.raises(CallError) as refusal:
        await strict.send(action, payload)
    assert refusal.value.code == code


async def test_a_duplicate_key_counts_last(charger: Charger) -> None:
    await charger.ask(
        '[2,"i","BootNotification",{"chargePointVendor":"A","chargePointVendor":"B","chargePointModel":"M"}]'
    )
    assert (await rows(ChargingStation.objects.get)).vendor == "B"
    assert (await charger.send("BootNotification", BOOT))["status"] == "Accepted"
