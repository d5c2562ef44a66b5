"""When a handler of ours is wrong, the station is answered, its frame is kept, and later repaired."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from ocpp_ws import handlers
from ocpp_ws.models import OcppMessage, RejectedFrame
from ocpp_ws.replay import replay as repair
from ocpp_ws.writer import writer
from rfid.models import RfidCard
from sessions_app.models import ChargingSession, MeterValue, ReconciliationItem
from sessions_app.services import start as starting
from stations.models import ChargingStation, Connector
from tests.ocpp_ws.charger import START, CallError, Charger, Closed
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import rows

Break = Callable[..., None]
STOP = {"meterStop": 5000, "timestamp": "2026-03-01T13:00:00Z"}
METER = {
    "connectorId": 1,
    "meterValue": [{"timestamp": "2026-03-01T12:30:00Z", "sampledValue": [{"value": "1200"}]}],
}
STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Charging"}


@pytest.fixture
def faulty() -> Any:
    """`faulty(place, name)` makes a function of ours raise; `faulty.mend()` is the corrected version."""

    class Faulty(pytest.MonkeyPatch):
        def __call__(self, place: Any, name: str, error: type[Exception] = KeyError) -> None:
            def wrong(*_: Any, **__: Any) -> None:
                raise error("our fault\x00")

            self.setattr(place, name, wrong)

    patch = Faulty()
    yield patch
    patch.undo()


async def frames(**wanted: Any) -> list[RejectedFrame]:
    await writer.commit(lambda _: None)
    return await rows(lambda: list(RejectedFrame.objects.filter(**wanted).order_by("pk")))


async def replay(*options: str) -> str:
    out = io.StringIO()
    try:
        await rows(call_command, "replay_dead_letters", *options, stdout=out)
    except CommandError as error:
        out.write(f"exit: {error}")
    return out.getvalue()


async def test_what_fails_is_confirmed_and_kept_word_for_word(charger: Charger, faulty: Any) -> None:
    faulty(handlers, "stop_session")
    faulty(handlers, "record_meter_values")
    faulty(handlers.stations, "status_notification")
    for action, payload in (
        ("MeterValues", METER), ("StatusNotification", STATUS), ("StopTransaction", STOP | {"transactionId": 1}),
    ):  # fmt: skip
        assert await charger.send(action, payload, unique_id=f"of {action}") == {}
        (frame,) = await frames(action=action)
        assert (frame.kind, frame.unique_id, frame.epoch) == ("dead_letter", f"of {action}", 1)
        assert json.loads(frame.raw) == [2, f"of {action}", action, payload]
        assert "KeyError" in frame.error
        assert frame.repaired_at is None
    assert await charger.lives()


async def test_a_start_that_fails_gets_a_minimal_session(charger: Charger, faulty: Any) -> None:
    await rows(RfidCard.objects.create, tag_id="04AABB")
    faulty(starting, "remote_start_command")
    answer = await charger.send("StartTransaction", START)
    session = await rows(ChargingSession.objects.get)
    assert answer == {"transactionId": session.transaction_id, "idTagInfo": {"status": "Accepted"}}
    assert (session.status, session.flags, session.meter_start) == ("active", ["suspect"], 1000)
    assert session.active_connector_id is not None
    assert await rows(ReconciliationItem.objects.filter(session=session, kind="suspect_session").count) == 1


async def test_a_frame_that_is_run_again_has_its_times_in_the_stations_zone(connect: Connect, faulty: Any) -> None:
    await rows(ChargingStation.objects.create, cp_id="CP_1", time_zone="Europe/Berlin")
    charger = await connect()
    faulty(handlers.stations, "status_notification")
    await charger.send("StatusNotification", STATUS | {"timestamp": "2026-03-01T13:00:00"})
    faulty.undo()
    await frames()
    await replay()
    assert (await rows(Connector.objects.get)).status_at == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


async def test_a_card_that_cannot_be_read_is_told_invalid(charger: Charger, faulty: Any) -> None:
    faulty(starting, "find_card")
    from sessions_app.services import minimal

    faulty(minimal, "find_card")
    faulty(minimal, "free_connector")
    answer = await charger.send("StartTransaction", START)
    assert answer["idTagInfo"] == {"status": "Invalid"}
    assert (await rows(ChargingSession.objects.get)).active_connector_id is None


async def test_a_minimal_session_is_found_again_by_a_retry(connect: Connect, faulty: Any) -> None:
    first = await connect()
    faulty(starting, "remote_start_command")
    answer = await first.send("StartTransaction", START, unique_id="1")
    await first.hang_up()
    again = await connect()
    assert await again.send("StartTransaction", START, unique_id="2") == answer
    faulty.undo()
    assert await again.send("StartTransaction", START, unique_id="3") == answer
    session = await rows(ChargingSession.objects.get)
    assert session.flags == []


async def test_a_start_of_which_not_even_the_least_can_be_stored_is_refused_and_kept(
    charger: Charger, faulty: Any
) -> None:
    faulty(starting, "next_transaction_id")
    with pytest.raises(CallError, match="InternalError"):
        await charger.send("StartTransaction", START)
    assert [(frame.kind, frame.action) for frame in await frames()] == [("refused", "StartTransaction")]


async def test_a_database_that_is_away_is_no_dead_letter(charger: Charger, faulty: Any) -> None:
    async def away(*_: Any) -> None:
        raise OperationalError("gone")

    faulty.setitem(handlers.HANDLERS, "MeterValues", away)
    with pytest.raises(Closed) as end:
        await charger.send("MeterValues", METER)
    assert end.value.code == 1013
    assert await frames() == []


async def test_what_gets_a_callerror_is_kept_raw(charger: Charger) -> None:
    text = '[2,"i","StopTransaction",{"meterStop":"many"}]'
    await charger.ask(text)
    (frame,) = await frames()
    assert (frame.kind, frame.raw, frame.action, frame.unique_id) == ("refused", text, "StopTransaction", "i")
    assert frame.error.startswith("ProtocolError")


async def test_a_whole_session_is_repaired_in_its_order(charger: Charger, faulty: Any) -> None:
    await rows(RfidCard.objects.create, tag_id="04AABB")
    faulty(starting, "remote_start_command")
    faulty(handlers, "record_meter_values")
    faulty(handlers, "stop_session")
    number = {"transactionId": (await charger.send("StartTransaction", START))["transactionId"]}
    await charger.send("MeterValues", METER | number)
    await charger.send("StopTransaction", STOP | number)
    faulty.undo()
    assert "3 of 3 frames repaired" in await replay()
    session = await rows(ChargingSession.objects.select_related("card").get)
    assert (session.status, session.energy_wh, session.flags) == ("completed", 4000, [])
    assert session.card is not None
    assert await rows(session.meter_values.count) == 1
    last = (await frames())[-1]
    assert session.stop_received_at == last.received_at
    assert await rows(ReconciliationItem.objects.filter(resolved_at=None).count) == 0
    logged = await rows(lambda: list(OcppMessage.objects.order_by("pk").values_list("action", "at")))
    assert logged == [(frame.action, frame.received_at) for frame in await frames()]


async def test_a_second_replay_changes_nothing(charger: Charger, faulty: Any) -> None:
    faulty(starting, "remote_start_command")
    for unique_id in ("1", "2"):  # the station sent it again: two dead letters of one start
        await charger.send("StartTransaction", START, unique_id=unique_id)
    faulty.undo()
    stop = STOP | {"transactionId": (await rows(ChargingSession.objects.get)).transaction_id}
    await charger.send("StopTransaction", stop)
    assert "2 of 2 frames repaired" in await replay()
    before = await rows(lambda: ChargingSession.objects.values().get())
    assert before["flags"] == []
    assert "0 of 0 frames repaired" in await replay()
    assert await rows(lambda: ChargingSession.objects.values().get()) == before
    assert all(frame.repaired_at for frame in await frames())


async def test_two_repairs_at_once_run_a_frame_once(charger: Charger, faulty: Any) -> None:
    """Both have read it as not repaired."""
    faulty(handlers, "record_meter_values")
    await charger.send("MeterValues", METER)
    faulty.undo()
    frame = await rows(RejectedFrame.objects.select_related("station").get)
    assert [await rows(repair, frame), await rows(repair, frame)] == ["", ""]
    assert await rows(OcppMessage.objects.count) == 1


async def test_an_answer_that_would_break_the_schema_is_not_repaired(charger: Charger, faulty: Any) -> None:
    async def invalid(link: Any, call: Any, now: Any) -> Any:
        return await link.commit(call, now, lambda _batch: {"status": "Maybe"})

    faulty.setitem(handlers.HANDLERS, "MeterValues", invalid)
    assert await charger.send("MeterValues", METER) == {}
    assert "exit: 1 of 1" in await replay()
    assert [frame.repaired_at for frame in await frames()] == [None]


async def test_a_rehearsal_stores_nothing(charger: Charger, faulty: Any) -> None:
    faulty(handlers, "record_meter_values")
    await charger.send("MeterValues", METER)
    faulty.undo()
    assert "1 of 1 frames would be repaired" in await replay("--dry-run")
    assert await rows(MeterValue.objects.count) == 0
    assert [frame.repaired_at for frame in await frames()] == [None]


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
async def test_what_still_fails_is_said_and_stays(charger: Charger, faulty: Any, options: tuple[str, ...]) -> None:
    faulty(handlers, "record_meter_values")
    faulty(handlers.stations, "status_notification")
    await charger.send("MeterValues", METER)
    await charger.send("StatusNotification", STATUS)
    faulty.undo()
    faulty(handlers, "record_meter_values", ValueError)
    report = await replay(*options)
    assert "exit: 1 of 2 frames still fail" in report
    assert "ValueError" in report
    first, second = await frames()
    assert first.repaired_at is None
    assert (second.repaired_at is None) == bool(options)


async def test_an_old_status_does_not_overwrite_a_newer_one(charger: Charger, faulty: Any) -> None:
    faulty(handlers.stations, "status_notification")
    await charger.send("StatusNotification", STATUS)
    faulty.undo()
    await charger.send("StatusNotification", STATUS | {"status": "Available"})
    await replay()
    assert (await rows(Connector.objects.get)).status == "Available"


async def test_a_minimal_session_whose_connector_has_a_later_one_is_ended_by_its_repair(
    charger: Charger, faulty: Any
) -> None:
    from sessions_app.services import minimal

    faulty(starting, "remote_start_command")
    faulty(minimal, "free_connector")
    await charger.send("StartTransaction", START)
    faulty.undo()
    await charger.send("StartTransaction", START | {"meterStart": 3000, "timestamp": "2026-03-01T14:00:00Z"})
    await replay()
    older, newer = await rows(lambda: list(ChargingSession.objects.order_by("pk")))
    assert (older.status, older.meter_stop, older.flags) == ("interrupted", 3000, [])
    assert (newer.status, newer.active_connector_id is not None) == ("active", True)


async def test_a_minimal_session_that_a_retry_ends_is_ended_then(charger: Charger, faulty: Any) -> None:
    from sessions_app.services import minimal

    faulty(starting, "remote_start_command")
    faulty(minimal, "free_connector")
    await charger.send("StartTransaction", START)
    faulty.undo()
    await charger.send("StartTransaction", START | {"meterStart": 3000, "timestamp": "2026-03-01T14:00:00Z"})
    begun = timezone.now()
    await charger.send("StartTransaction", START)
    older = await rows(lambda: ChargingSession.objects.order_by("pk")[0])
    assert older.status == "interrupted"
    assert older.stop_received_at >= begun, "whoever follows what happens looks back a minute only"


async def test_a_boot_marks_what_is_open_and_the_process_looks_after_it(
    charger: Charger, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from ocpp_ws import process as background
    from sessions_app.services import reboot

    monkeypatch.setattr(reboot, "FORGOTTEN_AFTER", timedelta(0))
    await charger.send("StartTransaction", START)
    await charger.send("BootNotification", {"chargePointVendor": "Acme", "chargePointModel": "One"})
    assert (await rows(ChargingSession.objects.get)).needs_reconcile_since is not None
    await charger.send("StatusNotification", STATUS | {"status": "Available"})
    await background.look_once_at_rebooted()
    assert (await rows(ChargingSession.objects.get)).status == "interrupted"
