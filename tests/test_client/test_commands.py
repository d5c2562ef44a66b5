"""Each command, answered as a decent charge point does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ocpp.messages import Call, CallError
from ocpp.v16 import call, call_result
from ocpp.v16.datatypes import IdTagInfo

from ocpp_ws.test_client.options import Options
from ocpp_ws.test_client.progress import Progress
from ocpp_ws.test_client.start import run_station
from tests.test_client.conftest import Charging
from tests.test_client.csms import Csms

pytestmark = pytest.mark.asyncio


async def test_remote_stop_then_remote_start_on_the_same_link(csms: Csms, charging: Charging) -> None:
    async with charging():
        assert (await csms.link.tell(call.RemoteStopTransaction(1))).status == "Accepted"
        stop = await csms.heard("StopTransaction")
        assert stop["reason"] == "Remote"
        assert "idTag" not in stop
        await csms.until(lambda: csms.statuses()[-1] == "Available")
        assert (await csms.link.tell(call.RemoteStartTransaction("RFID_009", 1))).status == "Accepted"
        assert (await csms.heard("StartTransaction", 2))["idTag"] == "RFID_009"
        assert not csms.said("Heartbeat")
        assert len(csms.links) == 1


async def test_remote_stop_of_another_transaction_is_rejected(csms: Csms, charging: Charging) -> None:
    async with charging():
        assert (await csms.link.tell(call.RemoteStopTransaction(2))).status == "Rejected"
        await csms.heard("MeterValues", len(csms.said("MeterValues")) + 1)
        assert not csms.said("StopTransaction")


@pytest.mark.parametrize("connector_id", [None, 0, 1, 7])
async def test_remote_start_where_nothing_is_free_is_rejected(
    csms: Csms, charging: Charging, connector_id: int | None
) -> None:
    async with charging():
        answer = await csms.link.tell(call.RemoteStartTransaction("RFID_002", connector_id))
        assert answer.status == "Rejected"


async def test_remote_start_beside_the_own_session(csms: Csms, charging: Charging) -> None:
    async with charging(connectors=2):
        assert (await csms.link.tell(call.RemoteStartTransaction("RFID_002"))).status == "Accepted"
        assert (await csms.heard("StartTransaction", 2))["connectorId"] == 2
        await csms.until(lambda: any(p["transactionId"] == 2 for p in csms.said("MeterValues")))


async def test_a_refused_remote_start_is_stopped_and_does_not_fail_the_run(csms: Csms, charging: Charging) -> None:
    async with charging(connectors=2) as run:
        csms.bend["StartTransaction"] = lambda _: call_result.StartTransaction(50, IdTagInfo("Invalid"))
        await csms.link.tell(call.RemoteStartTransaction("BAD", 2))
        assert (await csms.heard("StopTransaction"))["reason"] == "DeAuthorized"
        await csms.until(lambda: csms.statuses(2)[-1] == "Available")
        assert not run.done()


async def test_authorize_remote_tx_requests_asks_first(csms: Csms, charging: Charging) -> None:
    async with charging(connectors=2):
        await csms.link.tell(call.ChangeConfiguration("AuthorizeRemoteTxRequests", "true"))
        csms.bend["Authorize"] = lambda _: call_result.Authorize(IdTagInfo("Expired"))
        await csms.link.tell(call.RemoteStartTransaction("RFID_002", 2))
        assert (await csms.heard("Authorize", 2))["idTag"] == "RFID_002"
        await csms.link.tell(call.TriggerMessage("Heartbeat"))
        await csms.heard("Heartbeat")
        assert len(csms.said("StartTransaction")) == 1


def reserve(number: int, connector: int, id_tag: str, seconds: float = 60, **more: Any) -> Any:
    ends = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    return call.ReserveNow(connector, ends, id_tag, number, **more)


async def test_a_reserved_connector_is_kept_for_its_card(csms: Csms, charging: Charging) -> None:
    async with charging(connectors=2):
        assert (await csms.link.tell(reserve(7, 2, "RFID_009"))).status == "Accepted"
        await csms.until(lambda: csms.statuses(2)[-1] == "Reserved")
        assert (await csms.link.tell(reserve(8, 2, "OTHER"))).status == "Occupied"
        assert (await csms.link.tell(reserve(7, 2, "RFID_009"))).status == "Accepted"
        assert (await csms.link.tell(call.RemoteStartTransaction("OTHER", 2))).status == "Rejected"
        assert (await csms.link.tell(call.RemoteStartTransaction("rfid_009", 2))).status == "Accepted"
        assert (await csms.heard("StartTransaction", 2))["reservationId"] == 7
        assert (await csms.link.tell(call.CancelReservation(7))).status == "Rejected"


async def test_a_cancelled_reservation_gives_its_connector_free(csms: Csms, charging: Charging) -> None:
    async with charging(connectors=2):
        await csms.link.tell(reserve(7, 2, "RFID_009"))
        await csms.until(lambda: csms.statuses(2)[-1] == "Reserved")
        assert (await csms.link.tell(call.CancelReservation(7))).status == "Accepted"
        await csms.until(lambda: csms.statuses(2)[-1] == "Available")
        assert (await csms.link.tell(call.RemoteStartTransaction("OTHER", 2))).status == "Accepted"
        assert "reservationId" not in await csms.heard("StartTransaction", 2)


async def test_a_reservation_runs_out(csms: Csms, charging: Charging) -> None:
    async with charging(connectors=2):
        assert (await csms.link.tell(reserve(7, 2, "RFID_009", seconds=0.3))).status == "Accepted"
        await csms.until(lambda: csms.statuses(2)[-2:] == ["Reserved", "Available"])
        assert (await csms.link.tell(reserve(8, 2, "RFID_009", seconds=-1))).status == "Rejected"


async def test_connector_0_keeps_one_connector_free(csms: Csms, charging: Charging) -> None:
    async with charging(connectors=2):
        assert (await csms.link.tell(reserve(7, 0, "RFID_009"))).status == "Accepted"
        assert (await csms.link.tell(reserve(8, 0, "OTHER"))).status == "Occupied"
        assert (await csms.link.tell(call.RemoteStartTransaction("OTHER"))).status == "Rejected"
        assert (await csms.link.tell(call.RemoteStartTransaction("RFID_009"))).status == "Accepted"
        assert (await csms.heard("StartTransaction", 2))["reservationId"] == 7


async def test_what_cannot_be_reserved(csms: Csms, charging: Charging) -> None:
    async with charging():
        assert (await csms.link.tell(reserve(7, 1, "RFID_009"))).status == "Occupied"
        assert (await csms.link.tell(reserve(7, 9, "RFID_009"))).status == "Rejected"
        await csms.link.tell(call.ChangeAvailability(1, "Inoperative"))
        assert (await csms.link.tell(reserve(7, 1, "RFID_009"))).status == "Unavailable"


async def test_a_card_of_the_group_may_use_a_reservation(csms: Csms, charging: Charging) -> None:
    csms.bend["Authorize"] = lambda _: call_result.Authorize(IdTagInfo("Accepted", "FLEET"))
    async with charging(connectors=2):
        await csms.link.tell(reserve(7, 2, "BOSS", parent_id_tag="FLEET"))
        assert (await csms.link.tell(call.RemoteStartTransaction("RFID_001", 2))).status == "Accepted"
        assert (await csms.heard("StartTransaction", 2))["reservationId"] == 7


async def test_change_availability_while_charging_is_scheduled(csms: Csms, charging: Charging) -> None:
    async with charging():
        assert (await csms.link.tell(call.ChangeAvailability(1, "Inoperative"))).status == "Scheduled"
        await csms.link.tell(call.RemoteStopTransaction(1))
        await csms.until(lambda: csms.statuses()[-1] == "Unavailable")
        assert (await csms.link.tell(call.RemoteStartTransaction("RFID_002", 1))).status == "Rejected"
        assert (await csms.link.tell(call.ChangeAvailability(1, "Operative"))).status == "Accepted"
        await csms.until(lambda: csms.statuses()[-1] == "Available")


async def test_change_availability_of_the_whole_station(csms: Csms, charging: Charging) -> None:
    async with charging(connectors=2):
        assert (await csms.link.tell(call.ChangeAvailability(0, "Inoperative"))).status == "Scheduled"
        await csms.until(lambda: csms.statuses(2)[-1] == "Unavailable")
        assert csms.statuses(0)[-1] == "Unavailable"
        assert csms.statuses(1)[-1] == "Charging"
        assert (await csms.link.tell(call.ChangeAvailability(9, "Operative"))).status == "Rejected"


@pytest.mark.parametrize(("kind", "reason"), [("Soft", "SoftReset"), ("Hard", "HardReset")])
async def test_reset_stops_the_session_reconnects_and_boots(
    csms: Csms, charging: Charging, kind: str, reason: str
) -> None:
    async with charging():
        await csms.link.tell(call.ChangeAvailability(1, "Inoperative"))
        assert (await csms.link.tell(call.Reset(kind))).status == "Accepted"
        assert (await csms.heard("StopTransaction"))["reason"] == reason
        await csms.heard("BootNotification", 2)
        await csms.heard("StatusNotification", 8)
        assert len(csms.links) == 2
        assert csms.statuses()[-1] == "Unavailable"  # availability survives a reset
        await csms.link.tell(call.ChangeAvailability(1, "Operative"))
        assert (await csms.link.tell(call.RemoteStartTransaction("RFID_001", 1))).status == "Accepted"
        await csms.heard("StartTransaction", 2)


async def test_a_reset_run_ends_well(csms: Csms) -> None:
    async def reset(_: dict) -> call_result.MeterValues:
        csms.bend.clear()
        await csms.link.socket.send('[2,"r1","Reset",{"type":"Soft"}]')
        return call_result.MeterValues()

    csms.bend["MeterValues"] = reset
    journal = await run_station(Options(url=csms.url, duration=0.5, meter_interval=0.05), Progress())
    assert [session.reason for session in journal.charged] == ["SoftReset"]
    assert len(csms.said("BootNotification")) == 2


async def test_unlock_connector(csms: Csms, charging: Charging) -> None:
    async with charging(connectors=2):
        assert (await csms.link.tell(call.UnlockConnector(9))).status == "NotSupported"
        assert (await csms.link.tell(call.UnlockConnector(2))).status == "Unlocked"
        assert not csms.said("StopTransaction")
        assert (await csms.link.tell(call.UnlockConnector(1))).status == "Unlocked"
        assert (await csms.heard("StopTransaction"))["reason"] == "UnlockCommand"


async def test_get_configuration(csms: Csms, charging: Charging) -> None:
    async with charging():
        everything = await csms.link.tell(call.GetConfiguration())
        assert len(everything.configuration_key) >= 20
        some = await csms.link.tell(call.GetConfiguration(["heartbeatinterval", "NumberOfConnectors", "Nonsense"]))
        assert some.configuration_key == [
            {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
            {"key": "NumberOfConnectors", "readonly": True, "value": "1"},
        ]
        assert some.unknown_key == ["Nonsense"]


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("MeterValueSampleInterval", "30", "Accepted"),
        ("MeterValueSampleInterval", "often", "Rejected"),
        ("MeterValuesSampledData", "SoC,Voltage", "Accepted"),
        ("MeterValuesSampledData", "Happiness", "Rejected"),
        ("LocalPreAuthorize", "maybe", "Rejected"),
        ("NumberOfConnectors", "4", "Rejected"),
        ("WebSocketPingInterval", "60", "RebootRequired"),
        ("Nonsense", "1", "NotSupported"),
    ],
)
async def test_change_configuration(csms: Csms, charging: Charging, key: str, value: str, status: str) -> None:
    async with charging():
        assert (await csms.link.tell(call.ChangeConfiguration(key, value))).status == status
        [entry] = (await csms.link.tell(call.GetConfiguration([key]))).configuration_key or [{}]
        assert (entry.get("value") == value) == (status in ("Accepted", "RebootRequired"))


async def test_changed_configuration_is_honoured(csms: Csms, charging: Charging) -> None:
    async with charging():
        await csms.link.tell(call.ChangeConfiguration("MeterValuesSampledData", "SoC"))
        await csms.heard("MeterValues", len(csms.said("MeterValues")) + 2)
        [value] = csms.said("MeterValues")[-1]["meterValue"][0]["sampledValue"]
        assert value["measurand"] == "SoC"
        await csms.link.tell(call.ChangeConfiguration("HeartbeatInterval", "1"))
        await csms.heard("Heartbeat")


@pytest.mark.parametrize(
    "message",
    [
        *("BootNotification", "Heartbeat", "StatusNotification"),
        *("DiagnosticsStatusNotification", "FirmwareStatusNotification"),
    ],
)
async def test_the_triggered_message_comes_after_the_answer(csms: Csms, charging: Charging, message: str) -> None:
    async with charging():
        before = len(csms.frames)
        assert (await csms.link.tell(call.TriggerMessage(message))).status == "Accepted"
        await csms.until(lambda: any(isinstance(f, Call) and f.action == message for f in csms.frames[before:]))
        kinds = [frame.action if isinstance(frame, Call) else "answer" for frame in csms.frames[before:]]
        assert kinds.index("answer") < kinds.index(message)


async def test_triggered_meter_values_say_so(csms: Csms, charging: Charging) -> None:
    async with charging(connectors=2):
        assert (await csms.link.tell(call.TriggerMessage("MeterValues", 2))).status == "Accepted"
        await csms.until(lambda: any(p["connectorId"] == 2 for p in csms.said("MeterValues")))
        [sample] = [p for p in csms.said("MeterValues") if p["connectorId"] == 2]
        assert sample["meterValue"][0]["sampledValue"][0]["context"] == "Trigger"
        assert "transactionId" not in sample
        assert (await csms.link.tell(call.TriggerMessage("MeterValues", 5))).status == "Rejected"


async def test_clear_cache_and_data_transfer(csms: Csms, charging: Charging) -> None:
    async with charging():
        assert (await csms.link.tell(call.ClearCache())).status == "Accepted"
        assert (await csms.link.tell(call.DataTransfer("Someone"))).status == "UnknownVendorId"
        echo = await csms.link.tell(call.DataTransfer("OCPP Gateway", data="hello"))
        assert (echo.status, echo.data) == ("Accepted", "hello")


async def test_an_unknown_command_gets_the_call_error_of_the_package(csms: Csms, charging: Charging) -> None:
    async with charging() as run:
        await csms.link.socket.send('[2,"c1","MakeCoffee",{}]')
        await csms.until(lambda: any(isinstance(f, CallError) and f.unique_id == "c1" for f in csms.frames))
        [error] = [frame for frame in csms.frames if isinstance(frame, CallError) and frame.unique_id == "c1"]
        assert error.error_code == "NotSupported"
        assert not run.done()


async def test_the_local_list_is_kept_as_it_was_sent(csms: Csms, charging: Charging) -> None:
    def card(tag: str) -> dict[str, object]:
        return {"idTag": tag, "idTagInfo": {"status": "Accepted"}}

    async with charging():
        assert (await csms.link.tell(call.GetLocalListVersion())).list_version == 0
        full = call.SendLocalList(2, "Full", [card("A"), card("B")])
        assert (await csms.link.tell(full)).status == "Accepted"
        assert (await csms.link.tell(call.SendLocalList(2, "Differential", [card("C")]))).status == "VersionMismatch"
        assert (await csms.link.tell(call.SendLocalList(3, "Differential", [{"idTag": "A"}]))).status == "Accepted"
        many = call.SendLocalList(4, "Full", [card(str(number)) for number in range(21)])
        assert (await csms.link.tell(many)).status == "Failed"
        assert (await csms.link.tell(call.GetLocalListVersion())).list_version == 3
