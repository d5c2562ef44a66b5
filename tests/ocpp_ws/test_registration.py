"""BootNotification and what a station may do before it is accepted."""

import json

import pytest
from django.conf import LazySettings

from stations.models import ChargingStation
from tests.ocpp_ws.charger import BOOT, START, CallError, Charger
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import change, messages, rows, station

STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}


@pytest.fixture
def pending(_open_policy: None) -> ChargingStation:
    return ChargingStation.objects.create(cp_id="CP_1", registration="Pending")


async def test_a_boot_is_accepted_with_the_heartbeat_interval(charger: Charger) -> None:
    answer = await charger.send("BootNotification", BOOT)
    assert (answer["status"], answer["interval"]) == ("Accepted", 60)
    assert answer["currentTime"].endswith("Z")
    assert (await station()).vendor == "Acme"


async def test_a_station_needs_no_boot_once_it_is_accepted(connect: Connect) -> None:
    first = await connect()
    await first.send("BootNotification", BOOT)
    await first.hang_up()
    again = await connect()
    assert await again.send("StatusNotification", STATUS) == {}
    assert (await again.send("StartTransaction", START))["transactionId"] > 0


@pytest.mark.parametrize(
    ("action", "payload"), [("Heartbeat", {}), ("StatusNotification", STATUS), ("StartTransaction", START)]
)
async def test_a_pending_station_may_only_boot(
    pending: ChargingStation, connect: Connect, action: str, payload: dict[str, object]
) -> None:
    charger = await connect()
    with pytest.raises(CallError) as refusal:
        await charger.send(action, payload)
    assert (refusal.value.code, refusal.value.details) == ("SecurityError", {})
    assert (await charger.send("BootNotification", BOOT))["status"] == "Pending"


async def test_what_was_refused_before_acceptance_can_be_looked_at(pending: ChargingStation, connect: Connect) -> None:
    charger = await connect()
    with pytest.raises(CallError):
        await charger.send("StartTransaction", START, unique_id="lost")
    kept = (await messages(unique_id="lost"))[0]
    assert (kept.action, kept.answer, kept.error_code) == ("StartTransaction", None, "SecurityError")
    assert json.loads(kept.payload["raw"]) == [2, "lost", "StartTransaction", START]


async def test_an_accepted_station_learns_it_at_its_next_boot(pending: ChargingStation, connect: Connect) -> None:
    charger = await connect()
    assert (await charger.send("BootNotification", BOOT))["status"] == "Pending"
    await change(registration="Accepted")
    assert (await charger.send("BootNotification", BOOT, "other id"))["status"] == "Accepted"
    assert await charger.lives()


async def test_a_rejected_station_is_told_so_and_keeps_its_link(pending: ChargingStation, connect: Connect) -> None:
    await change(registration="Rejected")
    charger = await connect()
    assert (await charger.send("BootNotification", BOOT))["status"] == "Rejected"
    with pytest.raises(CallError, match="SecurityError"):
        await charger.send("Heartbeat")


async def test_stations_that_must_try_again_do_not_come_back_as_one(
    pending: ChargingStation, connect: Connect, settings: LazySettings
) -> None:
    settings.HEARTBEAT_INTERVAL = 1000
    charger = await connect()
    intervals = {(await charger.send("BootNotification", BOOT))["interval"] for _ in range(8)}
    assert len(intervals) > 1
    assert all(900 <= interval <= 1100 for interval in intervals)


async def test_a_boot_does_not_end_an_open_session(charger: Charger) -> None:
    started = await charger.send("StartTransaction", START)
    await charger.send("BootNotification", BOOT)
    stop = {"transactionId": started["transactionId"], "meterStop": 2000, "timestamp": "2026-03-01T12:30:00Z"}
    assert await charger.send("StopTransaction", stop | {"reason": "PowerLoss"}) == {}
    assert (await rows(lambda: station_sessions()))[0] == ("completed", "PowerLoss")


def station_sessions() -> list[tuple[str, str]]:
    station = ChargingStation.objects.get()
    return list(station.sessions.values_list("status", "stop_reason"))
