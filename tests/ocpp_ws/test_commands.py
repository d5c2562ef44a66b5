"""Commands from the asker to the station and back: every way in which one can end."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from ocpp_ws.links import links
from ocpp_ws.process import process
from ocpp_ws.writer import writer
from stations import commands, doorbell, outbox
from stations.errors import InvalidPayload, NotAllowed, QueueFull, StationOffline
from stations.models import ChargingStation, Command
from tests.ocpp_ws.charger import BOOT, START, Charger, Closed
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import change, in_thread, messages, rows, station


async def asked(function: Callable[..., Command] = commands.reset, **options: Any) -> "asyncio.Future[Command]":
    """Somebody asks; the task ends with the command as it then stands."""
    if function is commands.reset:
        options.setdefault("type", "Soft")
    return in_thread(function, await station(), actor="tester", **options)


async def stored(command: Command) -> Command:
    return await rows(Command.objects.get, pk=command.pk)


async def test_an_answer_goes_back_to_who_asked(charger: Charger) -> None:
    asking = await asked()
    unique_id, payload = await charger.expect("Reset")
    assert payload == {"type": "Soft"}
    await charger.answer(unique_id, {"status": "Rejected"})
    command = await asking
    assert (command.state, command.status, command.answer) == ("answered", "Rejected", {"status": "Rejected"})
    assert command.latency_ms is not None
    (row,) = await messages(direction="out")
    assert (row.unique_id, row.action, row.payload, row.answer) == (unique_id, "Reset", payload, command.answer)


async def test_an_offline_station_is_refused_at_once(connect: Connect) -> None:
    await (await connect()).hang_up()
    with pytest.raises(StationOffline):
        await (await asked())
    assert (await rows(Command.objects.get)).state == "station_offline"


async def test_a_full_queue_is_refused(charger: Charger, settings: LazySettings) -> None:
    settings.COMMAND_QUEUE_DEPTH = 2
    await (await asked(wait=0))
    await (await asked(wait=0))
    with pytest.raises(QueueFull):
        await (await asked(wait=0))


async def test_one_call_is_outstanding_and_the_next_follows_in_order(charger: Charger) -> None:
    given = [await (await asked(wait=0, type=kind)) for kind in ("Soft", "Hard", "Soft")]
    for number, kind in enumerate(("Soft", "Hard", "Soft")):
        unique_id, payload = await charger.expect("Reset")
        assert payload == {"type": kind}
        await writer.commit(lambda _: None)
        assert await charger.lives()  # answered meanwhile; no other CALL has come
        await writer.commit(lambda _: None)  # nor is one on its way
        states = [(await stored(command)).state for command in given]
        assert states == ["answered"] * number + ["sent"] + ["queued"] * (2 - number)
        await charger.answer(unique_id, {"status": "Accepted"})


async def test_a_call_error_ends_it_with_code_and_text(charger: Charger) -> None:
    asking = await asked()
    unique_id, _ = await charger.expect("Reset")
    await charger.fail(unique_id, "NotSupported", "x" * 999)
    command = await asking
    assert (command.state, command.error_code, command.error_description) == ("call_error", "NotSupported", "x" * 255)
    (row,) = await messages(direction="out")
    assert (row.error_code, row.answer) == ("NotSupported", None)


async def test_a_call_error_for_nobody_is_for_the_one_that_waits(charger: Charger) -> None:
    asking = await asked()
    await charger.expect("Reset")
    await charger.fail("-1", "FormationViolation")
    assert (await asking).state == "call_error"


@pytest.mark.parametrize(
    "answer", [{}, {"status": 5}, {"status": None}, {"configurationKey": 5}, {"configurationKey": [5]}, [], "Accepted"]
)
async def test_an_invalid_answer_is_kept_as_such(charger: Charger, answer: Any) -> None:
    asking = await asked(commands.change_configuration, key="K", value="V")
    unique_id, _ = await charger.expect("ChangeConfiguration")
    await charger.write([3, unique_id, answer])
    command = await asking
    assert command.state == "invalid_response"
    assert command.reason
    assert await charger.lives()
    assert (await asked_and_answered(charger)).state == "answered"


async def asked_and_answered(charger: Charger) -> Command:
    asking = await asked()
    unique_id, _ = await charger.expect("Reset")
    await charger.answer(unique_id, {"status": "Accepted"})
    return await asking


async def test_an_unknown_status_of_the_station_is_taken_as_its_word(charger: Charger) -> None:
    asking = await asked()
    unique_id, _ = await charger.expect("Reset")
    await charger.answer(unique_id, {"status": "Perhaps", "more": 1})
    command = await asking
    assert (command.state, command.status) == ("answered", "Perhaps")


@pytest.fixture
def soon(settings: LazySettings) -> None:
    settings.CALL_TIMEOUT = 0.1


async def test_silence_ends_it_and_frees_the_line(soon: None, connect: Connect) -> None:
    charger = await connect()
    asking = await asked()
    await charger.expect("Reset")
    command = await asking
    assert (command.state, command.status) == ("timeout", "")
    assert (await asked_and_answered(charger)).state == "answered"


async def test_a_late_answer_is_kept_with_its_own_command(soon: None, connect: Connect) -> None:
    charger = await connect()
    first = await asked()
    late, _ = await charger.expect("Reset")
    await first
    second = await asked(type="Hard")
    unique_id, _ = await charger.expect("Reset")
    await charger.answer(late, {"status": "Rejected"})
    await charger.answer(unique_id, {"status": "Accepted"})
    assert (await second).status == "Accepted"
    kept = await stored(first.result())
    assert (kept.state, kept.status, kept.late_answer) == ("timeout", "", {"status": "Rejected"})


async def test_a_late_error_is_kept_too(soon: None, connect: Connect) -> None:
    charger = await connect()
    asking = await asked()
    late, _ = await charger.expect("Reset")
    await asking
    await charger.fail(late, "GenericError")
    assert await charger.lives()
    assert (await stored(asking.result())).late_answer == {"errorCode": "GenericError"}


async def test_an_answer_that_comes_twice_counts_once(charger: Charger) -> None:
    asking = await asked()
    unique_id, _ = await charger.expect("Reset")
    await charger.answer(unique_id, {"status": "Accepted"})
    await charger.answer(unique_id, {"status": "Rejected"})
    assert await charger.lives()
    assert (await stored(await asking)).status == "Accepted"


async def test_a_lost_link_leaves_sent_unknown_and_queued_offline_and_tells_at_once(connect: Connect) -> None:
    charger = await connect()
    first = await asked()
    await charger.expect("Reset")
    second = await asked()
    async with asyncio.timeout(10):
        while await rows(Command.objects.count) < 2:
            pass  # the asker's thread has no event for it
    await charger.hang_up()
    async with asyncio.timeout(5):
        assert (await first).state == "unknown"
        assert (await second).state == "station_offline"


async def test_a_link_that_is_lost_while_its_command_is_taken_never_times_out(soon: None, connect: Connect) -> None:
    """Its command has ended as unknown: nothing is to be logged of it half a minute later."""
    charger = await connect()
    (link,) = links.values()

    def lost(_: Any) -> None:
        Command.objects.create(station_id=link.station_id, action="Reset", payload={"type": "Soft"}, actor="tester")
        while link.station_id in links:
            time.sleep(0.001)

    writer.post(lost, station=link.station_id)
    await asyncio.sleep(0)  # it runs from here on
    link.wake()
    await asyncio.sleep(0)  # the command is to be taken after it
    await charger.hang_up()
    await writer.commit(lambda _: None)
    assert (await rows(Command.objects.get)).state == "unknown"
    assert not link.peer.busy
    assert charger.output_queue.empty(), "nothing was sent"


async def test_nothing_is_sent_again_over_the_next_link(connect: Connect) -> None:
    charger = await connect()
    await (await asked(wait=0))
    await charger.expect("Reset")
    await charger.hang_up()
    again = await connect()
    assert await again.lives()
    assert (await rows(Command.objects.get)).state == "unknown"


async def test_an_answer_of_the_old_link_does_not_count_on_the_new_one(connect: Connect) -> None:
    charger = await connect()
    command = await (await asked(wait=0))
    unique_id, _ = await charger.expect("Reset")
    await charger.hang_up()
    again = await connect()
    await again.answer(unique_id, {"status": "Accepted"})
    assert await again.lives()
    assert (await stored(command)).state == "unknown"


async def test_a_command_that_was_queued_for_an_older_link_is_not_sent_on_the_next(connect: Connect) -> None:
    await (await connect()).hang_up()
    row = await station()
    await rows(Command.objects.create, station=row, action="Reset", payload={"type": "Soft"}, actor="tester")
    charger = await connect()
    assert await charger.lives()
    assert (await rows(Command.objects.get)).state == "station_offline"


async def test_a_command_that_was_queued_at_a_takeover_goes_out_on_the_new_link(
    charger: Charger, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocpp_ws.takeover.PONG_SECONDS", 0.05)
    sent = await asked()
    await charger.expect("Reset")
    queued = await asked(wait=0)
    await queued
    newer = await connect()
    await newer.expect("Reset")
    assert (await sent).state == "unknown"


async def test_a_lost_doorbell_costs_time_only(charger: Charger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocpp_ws.process.LOOK_SECONDS", 0.05)
    await process.stop()
    process.start()
    while not doorbell.own_channel():  # noqa: ASYNC110 - nor has its inbox
        await asyncio.sleep(0)
    await writer.commit(lambda _: None)  # by now its rows say where to ring
    await change(channel="")  # nobody rings
    await (await asked(wait=0))
    await charger.expect("Reset")


async def test_the_asker_finds_the_end_though_nobody_rings(
    charger: Charger, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    monkeypatch.setattr("stations.giving.LOOK_SECONDS", 0.05)
    settings.CALL_TIMEOUT = 3  # how long it would wait for a ring
    asking = await asked()
    await charger.expect("Reset")
    command = await rows(Command.objects.get)
    await rows(outbox.finish, command, "answered", now=timezone.now())
    async with asyncio.timeout(2):
        assert (await asking).state == "answered"


async def test_a_crossing_call_is_answered_while_ours_waits(charger: Charger) -> None:
    asking = await asked(commands.remote_start_transaction, id_tag="04AABB", connector_id=1)
    unique_id, _ = await charger.expect("RemoteStartTransaction")
    assert (await charger.send("StartTransaction", START))["transactionId"]
    await charger.answer(unique_id, {"status": "Accepted"})
    command = await asking
    assert await rows(lambda: Command.objects.get(pk=command.pk).session.id_tag) == "04AABB"


async def test_fifty_askers_are_parked_while_stations_commit(connect: Connect) -> None:
    chargers = [await connect(f"CP_{number}") for number in range(5)]
    asking = []
    for number in range(5):
        row = await station(f"CP_{number}")
        asking += [in_thread(commands.reset, row, actor="tester", type="Soft") for _ in range(10)]
    for charger in chargers:
        unique_id, _ = await charger.expect("Reset")
        for minute in range(5):
            start = START | {"connectorId": minute, "idTag": charger.scope["path"]}
            assert (await charger.send("StartTransaction", start))["transactionId"]
        for _ in range(9):
            await charger.answer(unique_id, {"status": "Accepted"})
            unique_id, _ = await charger.expect("Reset")
        await charger.answer(unique_id, {"status": "Accepted"})
    assert [(await one).state for one in asking] == ["answered"] * 50


async def test_a_payload_that_breaks_the_schema_is_not_sent(charger: Charger) -> None:
    with pytest.raises(InvalidPayload):
        await (await asked(type="Warm"))
    assert await rows(Command.objects.count) == 0


async def test_a_pending_station_is_not_asked_to_start(connect: Connect) -> None:
    await rows(ChargingStation.objects.create, cp_id="CP_1", registration="Pending")
    charger = await connect()
    with pytest.raises(NotAllowed):
        await (await asked(commands.remote_start_transaction, id_tag="X"))
    assert (await asked_and_answered(charger)).state == "answered"
    assert (await charger.send("BootNotification", BOOT))["status"] == "Pending"


async def test_a_replaced_link_sends_nothing_more(connect: Connect) -> None:
    charger = await connect()
    await change(epoch=9)
    await (await asked(wait=0))
    assert await charger.lives()
    assert (await rows(Command.objects.get)).state == "queued"


async def test_a_message_id_is_a_uuid_and_never_used_twice(charger: Charger) -> None:
    ids = []
    for _ in range(3):
        asking = await asked()
        unique_id, _ = await charger.expect("Reset")
        await charger.answer(unique_id, {"status": "Accepted"})
        await asking
        ids.append(unique_id)
    assert [len(one) for one in ids] == [36] * 3
    assert len(set(ids)) == 3


async def test_a_link_that_is_put_out_while_a_command_is_out_tells_who_asked(charger: Charger) -> None:
    asking = await asked()
    await charger.expect("Reset")
    for _ in range(11):
        await charger.write("junk")
    with pytest.raises(Closed):
        await charger.text()
    await charger.hang_up()
    assert (await asking).state == "unknown"
    assert json.dumps((await asking).payload) == '{"type": "Soft"}'
