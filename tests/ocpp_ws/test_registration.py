"""BootNotification and what a station may do before it is accepted."""

import asyncio
import json
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings

from ocpp_ws import links as link_settings
from ocpp_ws.links import links
from ocpp_ws.process import renew
from stations import commands
from stations.links import Terms, special_terms
from stations.models import ChargingStation
from stations.registration import ask_to_boot, register
from tests.ocpp_ws.charger import BOOT, START, CallError, Charger
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import change, in_thread, messages, rows, station

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
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


async def triggered(charger: Charger, message: str, status: str = "Accepted", trigger: Any = None) -> None:
    """The gateway has asked for a message, and the station has answered."""
    ask = trigger or commands.trigger_message
    asking = in_thread(ask, await station(), actor="olga", requested_message=message)
    unique_id, _ = await charger.expect("TriggerMessage" if trigger is None else "ExtendedTriggerMessage")
    await charger.answer(unique_id, {"status": status})
    await asking


async def test_a_pending_station_may_send_what_it_was_triggered_to_send(
    pending: ChargingStation, connect: Connect
) -> None:
    charger = await connect()
    await charger.send("BootNotification", BOOT)
    await triggered(charger, "StatusNotification")
    for number in (1, 2):  # one for each connector
        assert await charger.send("StatusNotification", STATUS | {"connectorId": number}) == {}
    assert await rows(pending.connectors.count) == 2
    with pytest.raises(CallError, match="SecurityError"):
        await charger.send("Heartbeat")
    await triggered(charger, "Heartbeat", trigger=commands.extended_trigger_message)
    assert await charger.lives()


@pytest.mark.parametrize("status", ["Rejected", "NotImplemented"])
async def test_a_trigger_that_was_refused_allows_nothing(
    pending: ChargingStation, connect: Connect, status: str
) -> None:
    charger = await connect()
    await triggered(charger, "StatusNotification", status)
    with pytest.raises(CallError, match="SecurityError"):
        await charger.send("StatusNotification", STATUS)


async def test_a_trigger_of_long_ago_allows_nothing(
    pending: ChargingStation, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_settings, "TRIGGER_SECONDS", 0.0)
    charger = await connect()
    await triggered(charger, "StatusNotification")
    with pytest.raises(CallError, match="SecurityError"):
        await charger.send("StatusNotification", STATUS)


async def test_a_rejected_station_may_not_send_what_was_triggered_before(
    pending: ChargingStation, connect: Connect
) -> None:
    charger = await connect()
    await triggered(charger, "StatusNotification")
    await rows(register, pending, "Rejected")
    await renew()
    with pytest.raises(CallError, match="SecurityError"):
        await charger.send("StatusNotification", STATUS)


async def decided(registration: str) -> None:
    """Until the link of this process has heard of it."""
    (link,) = links.values()
    async with asyncio.timeout(10):
        while link.registration != registration:
            await rows(lambda: None)


async def test_acceptance_holds_at_once_on_a_live_link(pending: ChargingStation, connect: Connect) -> None:
    charger = await connect()
    with pytest.raises(CallError, match="SecurityError"):
        await charger.send("Heartbeat")
    assert await rows(register, pending, "Accepted")
    await decided("Accepted")
    assert await charger.lives()
    assert not await rows(register, pending, "Accepted"), "it was so already"


async def test_rejection_holds_at_once_on_a_live_link(charger: Charger) -> None:
    assert await charger.lives()
    await rows(register, await station(), "Rejected")
    await decided("Rejected")
    with pytest.raises(CallError, match="SecurityError"):
        await charger.send("StartTransaction", START)


async def test_a_ring_that_was_lost_costs_no_more_than_a_renewal(charger: Charger) -> None:
    await change(registration="Pending")
    await renew()
    with pytest.raises(CallError, match="SecurityError"):
        await charger.send("Heartbeat")
    await change(registration="Accepted")
    await renew()
    assert await charger.lives()


async def test_a_lost_ring_about_the_strict_switch_costs_no_more_than_a_renewal(charger: Charger) -> None:
    unknown = STATUS | {"status": "Fine"}
    assert await charger.send("StatusNotification", unknown) == {}
    await change(strict=True)
    await renew()
    with pytest.raises(CallError, match="PropertyConstraintViolation"):
        await charger.send("StatusNotification", unknown | {"info": "again"})
    await change(strict=False)
    await renew()
    assert await charger.send("StatusNotification", unknown | {"info": "once more"}) == {}


async def test_times_are_sent_in_whole_seconds_or_with_milliseconds(charger: Charger) -> None:
    async def times(unique_id: str) -> list[str]:
        now = (await charger.send("Heartbeat"))["currentTime"]
        booted = (await charger.send("BootNotification", BOOT, unique_id))["currentTime"]
        asking = in_thread(
            commands.update_firmware, await station(), actor="olga", location="http://x/y", retrieve_date=NOON
        )
        call, payload = await charger.expect("UpdateFirmware")
        await charger.answer(call, {})
        await asking
        logged = [(await messages(action=a))[-1] for a in ("BootNotification", "UpdateFirmware")]
        assert [logged[0].answer["currentTime"], logged[1].payload["retrieveDate"]] == [booted, payload["retrieveDate"]]
        return [now[19:], booted[19:], payload["retrieveDate"]]

    assert await times("a") == ["Z", "Z", "2026-03-01T12:00:00Z"]
    await change(milliseconds=True)
    await renew()
    assert await times("b") == [".000Z", ".000Z", "2026-03-01T12:00:00.000Z"]


async def test_a_command_keeps_its_times_as_they_were_given(charger: Charger) -> None:
    await change(milliseconds=True)
    await renew()
    asking = in_thread(
        commands.update_firmware, await station(), actor="olga", location="http://x/y", retrieve_date=NOON
    )
    call, payload = await charger.expect("UpdateFirmware")
    await charger.answer(call, {})
    assert payload["retrieveDate"] == "2026-03-01T12:00:00.000Z"
    assert (await asking).payload["retrieveDate"] == "2026-03-01T12:00:00Z"


async def test_a_decision_while_leases_are_renewed_holds(charger: Charger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The renewal has read the rows before, and is slower."""
    has_read, goes_on = threading.Event(), threading.Event()

    def slow(**options: Any) -> dict[int, Terms]:
        found = special_terms(**options)
        has_read.set()
        goes_on.wait(10)
        return found

    monkeypatch.setattr("ocpp_ws.process.special_terms", slow)
    renewing = asyncio.create_task(renew())
    await rows(has_read.wait, 10)
    await rows(register, await station(), "Rejected")
    await decided("Rejected")
    goes_on.set()
    await renewing
    with pytest.raises(CallError, match="SecurityError"):
        await charger.send("StartTransaction", START)


async def test_an_accepted_station_that_waits_is_asked_to_boot_if_the_operator_wants_it(
    pending: ChargingStation, connect: Connect
) -> None:
    charger = await connect()
    await charger.send("BootNotification", BOOT)
    await rows(register, pending, "Accepted")
    await decided("Accepted")
    assert await charger.lives(), "nothing is sent by itself"
    assert await rows(ask_to_boot, pending, actor="olga")
    unique_id, payload = await charger.expect("TriggerMessage")
    assert payload == {"requestedMessage": "BootNotification"}
    await charger.answer(unique_id, {"status": "Accepted"})
    assert (await charger.send("BootNotification", BOOT, "again"))["status"] == "Accepted"
    assert await rows(ask_to_boot, pending, actor="olga") is None, "errata 3.40"
