"""Sessions of the Core profile, as a driver begins and ends them."""

from datetime import UTC, datetime

from tests.conformance.charge_point import ChargePoint, charge_point
from tests.conformance.conftest import CentralSystem
from tests.processes import Gateway


async def ended(system: CentralSystem, cp: ChargePoint, reason: str, energy: int) -> None:
    session = await system.session(cp, cp.transaction_id)
    assert (session["status"], session["stopReason"], session["energyWh"]) == ("completed", reason, energy)


async def test_tc_001_cold_boot_charge_point(gateway: Gateway, system: CentralSystem) -> None:
    async with charge_point(gateway.ws, "TC_001") as cp:
        answer = await cp.cold_boot()
        assert answer["interval"] == 60
        ahead = datetime.fromisoformat(answer["currentTime"]) - datetime.now(UTC)
        assert abs(ahead.total_seconds()) < 60
        assert "currentTime" in await cp.send("Heartbeat")
        station = await system.get("stations/TC_001")
        assert (station["registration"], station["online"], station["status"]) == ("Accepted", True, "Available")
        assert [one["status"] for one in station["connectors"]] == ["Available"] * 2


async def test_tc_003_regular_charging_session_plugin_first(cp: ChargePoint, system: CentralSystem, card: str) -> None:
    await cp.status("Preparing")
    assert await cp.authorize(card) == "Accepted"
    assert (await cp.start(card))["idTagInfo"]["status"] == "Accepted"
    await cp.status("Charging")
    assert await system.connector(cp) == "Charging"
    await cp.meter()
    assert await cp.authorize(card) == "Accepted"
    assert (await cp.stop(idTag=card))["idTagInfo"]["status"] == "Accepted"
    await cp.unplugged()
    await ended(system, cp, "Local", 100)
    assert await system.connector(cp) == "Available"


async def test_tc_004_1_regular_charging_session_identification_first(
    cp: ChargePoint, system: CentralSystem, card: str
) -> None:
    assert await cp.authorize(card) == "Accepted"
    await cp.status("Preparing")
    await cp.start(card)
    await cp.status("Charging")
    await cp.meter()
    await cp.stop(idTag=card)
    await cp.unplugged()
    await ended(system, cp, "Local", 100)


async def test_tc_004_2_regular_charging_session_identification_first_connection_timeout(
    cp: ChargePoint, system: CentralSystem, card: str
) -> None:
    assert await cp.authorize(card) == "Accepted"
    await cp.status("Preparing")
    await cp.status("Available")  # nobody plugged in within ConnectionTimeOut
    assert await system.sessions(cp) == []


async def test_tc_005_1_ev_side_disconnected_stop_transaction_and_unlock(
    cp: ChargePoint, system: CentralSystem, card: str
) -> None:
    await cp.charging(card)
    await cp.status("SuspendedEV")
    await cp.meter()
    await cp.stop("EVDisconnected")
    await cp.unplugged()
    await ended(system, cp, "EVDisconnected", 100)


async def test_tc_007_regular_start_charging_session_cached_id(
    cp: ChargePoint, system: CentralSystem, card: str
) -> None:
    assert await cp.authorize(card) == "Accepted"  # what fills the cache
    await cp.status("Preparing")
    assert (await cp.start(card))["idTagInfo"]["status"] == "Accepted"
    await cp.status("Charging")
    assert (await system.session(cp, cp.transaction_id))["status"] == "active"
    await cp.stop(idTag=card)


async def refused(cp: ChargePoint, system: CentralSystem, tag: str, status: str) -> None:
    await cp.status("Preparing")
    assert await cp.authorize(tag) == status
    await cp.status("Available")
    assert await system.sessions(cp) == []


async def test_tc_023_1_start_charging_session_authorize_invalid(cp: ChargePoint, system: CentralSystem) -> None:
    await refused(cp, system, "TC023-1", "Invalid")


async def test_tc_023_2_start_charging_session_authorize_expired(cp: ChargePoint, system: CentralSystem) -> None:
    tag = await system.card("TC023-2", validUntil="2020-01-01T00:00:00Z")
    await refused(cp, system, tag, "Expired")


async def test_tc_023_3_start_charging_session_authorize_blocked(cp: ChargePoint, system: CentralSystem) -> None:
    tag = await system.card("TC023-3", status="Blocked")
    await refused(cp, system, tag, "Blocked")


async def test_tc_024_start_charging_session_lock_failure(cp: ChargePoint, system: CentralSystem, card: str) -> None:
    await cp.status("Preparing")
    assert await cp.authorize(card) == "Accepted"
    await cp.status("Faulted", error="ConnectorLockFailure")
    assert await system.connector(cp) == "Faulted"
    await cp.status("Available")
    assert await system.sessions(cp) == []


async def test_tc_032_1_power_failure_boot_stop_transactions(gateway: Gateway, system: CentralSystem) -> None:
    card = await system.card("TC032")
    async with charge_point(gateway.ws, "TC_032_1") as before:
        await before.cold_boot()
        await before.charging(card)
        await before.meter()
    async with charge_point(gateway.ws, "TC_032_1") as cp:
        assert (await cp.boot())["status"] == "Accepted"
        cp.transaction_id, cp.meter_wh = before.transaction_id, before.meter_wh
        assert (await cp.stop("PowerLoss")) == {}
        await cp.status("Available")
        await ended(system, cp, "PowerLoss", 100)


async def test_tc_037_1_offline_start_transaction_valid_id_tag(gateway: Gateway, system: CentralSystem) -> None:
    card = await system.card("TC037-1")
    async with charge_point(gateway.ws, "TC_037_1") as before:
        await before.cold_boot()
    async with charge_point(gateway.ws, "TC_037_1") as cp:
        assert (await cp.start(card, ago=30))["idTagInfo"]["status"] == "Accepted"
        await cp.status("Charging")
        session = await system.session(cp, cp.transaction_id)
        assert session["status"] == "active"
        started = datetime.now(UTC) - datetime.fromisoformat(session["startedAt"])
        assert started.total_seconds() >= 29, "it began when the station says, not when it was told"
        await cp.stop(idTag=card)


async def test_tc_037_3_offline_start_transaction_invalid_id_tag_stop_on_invalid_true(
    gateway: Gateway, system: CentralSystem
) -> None:
    async with charge_point(gateway.ws, "TC_037_3") as before:
        await before.cold_boot()
    async with charge_point(gateway.ws, "TC_037_3") as cp:
        assert (await cp.start("TC037-NOBODY", ago=30))["idTagInfo"]["status"] == "Invalid"
        await cp.stop("DeAuthorized")
        await cp.unplugged()
        await ended(system, cp, "DeAuthorized", 0)


async def test_tc_039_offline_transaction(gateway: Gateway, system: CentralSystem) -> None:
    card = await system.card("TC039")
    async with charge_point(gateway.ws, "TC_039") as before:
        await before.cold_boot()
    async with charge_point(gateway.ws, "TC_039") as cp:
        assert (await cp.start(card, ago=60))["idTagInfo"]["status"] == "Accepted"
        cp.meter_wh += 250
        assert (await cp.stop(ago=10, idTag=card))["idTagInfo"]["status"] == "Accepted"
        await ended(system, cp, "Local", 250)
        assert await system.connector(cp) == "Available"
