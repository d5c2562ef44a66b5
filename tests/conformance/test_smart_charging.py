"""The Smart Charging profile."""

from tests.conformance.charge_point import ChargePoint
from tests.conformance.conftest import CentralSystem
from tests.conformance.told import told
from tests.station import Payload


def profile(purpose: str, number: int = 1, **more: object) -> Payload:
    schedule = {
        "duration": 300,
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}, {"startPeriod": 60, "limit": 10.5}],
    }
    return {
        "chargingProfileId": number, "stackLevel": 0, "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative", "chargingSchedule": schedule, **more,
    }  # fmt: skip


async def set_profile(system: CentralSystem, cp: ChargePoint, purpose: str, **more: object) -> None:
    body = {"connectorId": 1, "csChargingProfiles": profile(purpose, **more)}
    await told(system, cp, "set-charging-profile", body, "SetChargingProfile", "Accepted", sent=body)


async def installed(system: CentralSystem, cp: ChargePoint) -> list[str]:
    return [one["chargingProfilePurpose"] for one in (await system.get("installed-profiles", cpId=cp.id))["results"]]


async def test_tc_056_central_smart_charging_tx_default_profile(cp: ChargePoint, system: CentralSystem) -> None:
    await set_profile(system, cp, "TxDefaultProfile")
    assert await installed(system, cp) == ["TxDefaultProfile"]


async def test_tc_057_central_smart_charging_tx_profile(cp: ChargePoint, system: CentralSystem, card: str) -> None:
    await cp.charging(card)
    await set_profile(system, cp, "TxProfile", transactionId=cp.transaction_id)
    assert await installed(system, cp) == ["TxProfile"]
    await cp.stop(idTag=card)
    assert await installed(system, cp) == [], "a TxProfile ends with its transaction"


async def test_tc_059_remote_start_transaction_with_charging_profile(
    cp: ChargePoint, system: CentralSystem, card: str
) -> None:
    body = {"connectorId": 1, "idTag": card, "chargingProfile": profile("TxProfile")}
    await told(system, cp, "start-transaction", body, "RemoteStartTransaction", "Accepted", sent=body)
    await cp.status("Preparing")
    await cp.start(card)
    await cp.status("Charging")
    await cp.stop(idTag=card)


async def test_tc_066_get_composite_schedule(cp: ChargePoint, system: CentralSystem) -> None:
    await set_profile(system, cp, "TxDefaultProfile")
    body = {"connectorId": 1, "duration": 300, "chargingRateUnit": "A"}
    asking = system.ask(cp.id, "get-composite-schedule", body)
    schedule = profile("TxDefaultProfile")["chargingSchedule"]
    answer = {
        "status": "Accepted", "connectorId": 1, "scheduleStart": "2026-03-01T12:00:00Z", "chargingSchedule": schedule,
    }  # fmt: skip
    assert await cp.expect("GetCompositeSchedule", answer) == body
    shown = await asking
    assert {name: shown[name] for name in answer} == answer


async def test_tc_067_clear_charging_profile(cp: ChargePoint, system: CentralSystem) -> None:
    await set_profile(system, cp, "TxDefaultProfile")
    await told(system, cp, "clear-charging-profile", {"id": 1}, "ClearChargingProfile", "Accepted", sent={"id": 1})
    assert await installed(system, cp) == []
    body = {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0}
    await told(system, cp, "clear-charging-profile", body, "ClearChargingProfile", "Unknown", sent=body)
