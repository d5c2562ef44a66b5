"""Commands of the Core, Remote Trigger and Local Auth List profiles, as an operator gives them."""

from typing import Any

from tests.conformance.charge_point import ChargePoint, charge_point
from tests.conformance.conftest import CentralSystem
from tests.conformance.told import told
from tests.processes import Gateway
from tests.station import Payload


async def remote_start(system: CentralSystem, cp: ChargePoint, card: str, status: str = "Accepted") -> Payload:
    body: dict[str, Any] = {"connectorId": 1, "idTag": card}
    return await told(system, cp, "start-transaction", body, "RemoteStartTransaction", status, sent=body)


async def led_to(system: CentralSystem, answer: Payload) -> int | None:
    command = await system.get(f"commands/{answer['commandId']}")
    number: int | None = command["transactionId"]
    return number


async def test_tc_010_remote_start_charging_session_cable_plugged_in_first(
    cp: ChargePoint, system: CentralSystem, card: str
) -> None:
    await cp.status("Preparing")
    answer = await remote_start(system, cp, card)
    assert await cp.authorize(card) == "Accepted"  # AuthorizeRemoteTxRequests
    await cp.start(card)
    await cp.status("Charging")
    assert await led_to(system, answer) == cp.transaction_id
    await cp.stop(idTag=card)


async def test_tc_011_1_remote_start_charging_session_remote_start_first(
    cp: ChargePoint, system: CentralSystem, card: str
) -> None:
    answer = await remote_start(system, cp, card)
    await cp.status("Preparing")
    await cp.start(card)
    await cp.status("Charging")
    assert await led_to(system, answer) == cp.transaction_id
    await cp.stop(idTag=card)


async def test_tc_011_2_remote_start_charging_session_timeout(
    cp: ChargePoint, system: CentralSystem, card: str
) -> None:
    answer = await remote_start(system, cp, card)
    await cp.status("Preparing")
    await cp.status("Available")  # nobody plugged in
    assert await led_to(system, answer) is None
    assert await system.sessions(cp) == []


async def test_tc_012_remote_stop_charging_session(cp: ChargePoint, system: CentralSystem, card: str) -> None:
    await cp.charging(card)
    body = {"transactionId": cp.transaction_id}
    await told(system, cp, "stop-transaction", body, "RemoteStopTransaction", "Accepted", sent=body)
    await cp.meter()
    await cp.stop("Remote")
    await cp.unplugged()
    session = await system.session(cp, cp.transaction_id)
    assert (session["status"], session["stopReason"], session["energyWh"]) == ("completed", "Remote", 100)


async def resets(system: CentralSystem, gateway: Gateway, cp_id: str, kind: str, reason: str) -> None:
    card = await system.card(cp_id)
    async with charge_point(gateway.ws, cp_id) as cp:
        await cp.cold_boot()
        await cp.charging(card)
        await told(system, cp, "reset", {"type": kind}, "Reset", "Accepted", sent={"type": kind})
        await cp.stop(reason)
    async with charge_point(gateway.ws, cp_id) as again:
        await again.cold_boot()
        session = await system.session(again, cp.transaction_id)
        assert (session["status"], session["stopReason"]) == ("completed", reason)


async def test_tc_013_hard_reset(system: CentralSystem, gateway: Gateway) -> None:
    await resets(system, gateway, "TC_013", "Hard", "HardReset")


async def test_tc_014_soft_reset(system: CentralSystem, gateway: Gateway) -> None:
    await resets(system, gateway, "TC_014", "Soft", "SoftReset")


async def unlock(system: CentralSystem, cp: ChargePoint, status: str, connector: int = 1) -> None:
    body = {"connectorId": connector}
    await told(system, cp, "unlock-connector", body, "UnlockConnector", status, sent=body)


async def test_tc_017_1_unlock_connector_no_transaction_not_fixed_cable(cp: ChargePoint, system: CentralSystem) -> None:
    await unlock(system, cp, "Unlocked")


async def test_tc_017_2_unlock_connector_no_transaction_fixed_cable(cp: ChargePoint, system: CentralSystem) -> None:
    await unlock(system, cp, "NotSupported")


async def test_tc_018_1_unlock_connector_with_charging_session(
    cp: ChargePoint, system: CentralSystem, card: str
) -> None:
    await cp.charging(card)
    await unlock(system, cp, "Unlocked")
    await cp.stop("UnlockCommand")
    await cp.unplugged()
    assert (await system.session(cp, cp.transaction_id))["stopReason"] == "UnlockCommand"


async def configuration(system: CentralSystem, cp: ChargePoint, body: Payload) -> Payload:
    asking = system.ask(cp.id, "get-configuration", body)
    key = {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core"}
    assert await cp.expect("GetConfiguration", {"configurationKey": [key], "unknownKey": []}) == body
    answer = await asking
    assert answer["configurationKey"] == [key]
    return answer


async def test_tc_019_1_retrieve_all_configuration_keys(cp: ChargePoint, system: CentralSystem) -> None:
    await configuration(system, cp, {})
    stored = await system.get(f"stations/{cp.id}/configuration")
    assert [(one["key"], one["value"], one["readonly"]) for one in stored] == [
        ("SupportedFeatureProfiles", "Core", True)
    ]


async def test_tc_019_2_retrieve_specific_configuration_key(cp: ChargePoint, system: CentralSystem) -> None:
    await configuration(system, cp, {"key": ["SupportedFeatureProfiles"]})


async def change(system: CentralSystem, cp: ChargePoint, status: str) -> None:
    body = {"key": "MeterValueSampleInterval", "value": "15"}
    await told(system, cp, "change-configuration", body, "ChangeConfiguration", status, sent=body)
    stored = await system.get(f"stations/{cp.id}/configuration")
    assert [one["value"] for one in stored] == (["15"] if status == "Accepted" else [])


async def test_tc_021_change_set_configuration(cp: ChargePoint, system: CentralSystem) -> None:
    await change(system, cp, "Accepted")


async def test_tc_040_1_configuration_keys_not_supported(cp: ChargePoint, system: CentralSystem) -> None:
    await change(system, cp, "NotSupported")


async def test_tc_040_2_configuration_keys_invalid_value(cp: ChargePoint, system: CentralSystem) -> None:
    await change(system, cp, "Rejected")


async def test_tc_026_remote_start_charging_session_rejected(cp: ChargePoint, system: CentralSystem, card: str) -> None:
    await remote_start(system, cp, card, "Rejected")


async def test_tc_028_remote_stop_transaction_rejected(cp: ChargePoint, system: CentralSystem, card: str) -> None:
    await cp.charging(card)
    body = {"transactionId": cp.transaction_id}
    await told(system, cp, "stop-transaction", body, "RemoteStopTransaction", "Rejected", sent=body)
    assert (await system.session(cp, cp.transaction_id))["status"] == "active"
    await cp.stop(idTag=card)


async def test_tc_030_unlock_connector_unlock_failure(cp: ChargePoint, system: CentralSystem) -> None:
    await unlock(system, cp, "UnlockFailed")


async def test_tc_031_unlock_connector_unknown_connector(cp: ChargePoint, system: CentralSystem) -> None:
    await unlock(system, cp, "NotSupported", connector=9)


async def list_version(system: CentralSystem, cp: ChargePoint, version: int) -> None:
    asking = system.ask(cp.id, "get-local-list-version")
    assert await cp.expect("GetLocalListVersion", {"listVersion": version}) == {}
    assert (await asking)["listVersion"] == version


async def test_tc_042_1_get_local_list_version_not_supported(cp: ChargePoint, system: CentralSystem) -> None:
    await list_version(system, cp, -1)
    assert (await system.get(f"stations/{cp.id}/local-list"))["toldVersion"] == -1


async def test_tc_042_2_get_local_list_version_empty(cp: ChargePoint, system: CentralSystem) -> None:
    await list_version(system, cp, 0)


async def send_list(system: CentralSystem, cp: ChargePoint, version: int, kind: str, status: str) -> None:
    entry = {"idTag": f"TC043-{version}", "idTagInfo": {"status": "Accepted"}}
    body = {"listVersion": version, "localAuthorizationList": [entry], "updateType": kind}
    await told(system, cp, "send-local-list", body, "SendLocalList", status, sent=body)


async def holds(system: CentralSystem, cp: ChargePoint, version: int, *tags: str) -> None:
    await list_version(system, cp, version)
    stored = await system.get(f"stations/{cp.id}/local-list")
    assert (stored["version"], list(stored["entries"])) == (version, list(tags))


async def test_tc_043_1_send_local_authorization_list_not_supported(cp: ChargePoint, system: CentralSystem) -> None:
    await send_list(system, cp, 1, "Full", "NotSupported")


async def test_tc_043_3_send_local_authorization_list_failed(cp: ChargePoint, system: CentralSystem) -> None:
    await send_list(system, cp, 1, "Full", "Failed")
    await holds(system, cp, 0)


async def test_tc_043_4_send_local_authorization_list_full(cp: ChargePoint, system: CentralSystem) -> None:
    await send_list(system, cp, 1, "Full", "Accepted")
    await holds(system, cp, 1, "TC043-1")


async def test_tc_043_5_send_local_authorization_list_differential(cp: ChargePoint, system: CentralSystem) -> None:
    await send_list(system, cp, 1, "Full", "Accepted")
    await send_list(system, cp, 2, "Differential", "Accepted")
    await holds(system, cp, 2, "TC043-1", "TC043-2")


async def test_tc_054_trigger_message(cp: ChargePoint, system: CentralSystem) -> None:
    messages: dict[str, Payload] = {
        "MeterValues": {
            "connectorId": 1,
            "meterValue": [{"timestamp": "2026-03-01T12:00:00Z", "sampledValue": [{"value": "1"}]}],
        },
        "Heartbeat": {},
        "StatusNotification": {"connectorId": 1, "errorCode": "NoError", "status": "Available"},
        "DiagnosticsStatusNotification": {"status": "Idle"},
        "FirmwareStatusNotification": {"status": "Idle"},
    }
    for name, payload in messages.items():
        body = {"requestedMessage": name} | ({"connectorId": 1} if "connectorId" in payload else {})
        await told(system, cp, "trigger-message", body, "TriggerMessage", "Accepted", sent=body)
        await cp.send(name, payload)


async def test_tc_055_trigger_message_rejected(cp: ChargePoint, system: CentralSystem) -> None:
    body = {"requestedMessage": "MeterValues", "connectorId": 1}
    await told(system, cp, "trigger-message", body, "TriggerMessage", "Rejected", sent=body)


async def test_tc_061_clear_authorization_data_in_authorization_cache(cp: ChargePoint, system: CentralSystem) -> None:
    await told(system, cp, "clear-cache", {}, "ClearCache", "Accepted", sent={})


async def test_tc_064_data_transfer_to_central_system(cp: ChargePoint) -> None:
    answer = await cp.send("DataTransfer", {"vendorId": "com.example.unknown", "messageId": "1", "data": "text"})
    assert answer == {"status": "UnknownVendorId"}
