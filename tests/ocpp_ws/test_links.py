"""The life of a link: who is connected, who is not any more, and which of two sockets it is."""

import asyncio
import time
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError

from ocpp_ws.admission import open_here, put_out_former
from ocpp_ws.batch import Outcome, Unit, run_batch
from ocpp_ws.breaker import breaker
from ocpp_ws.links import Link, links, register, unregister
from ocpp_ws.process import deliver, process, renew
from ocpp_ws.writer import writer
from stations import commands
from stations.links import OpenedLink, Terms, close_link
from stations.models import ChargingStation
from tests.ocpp_ws.charger import START, Charger, Closed
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import change, in_thread, rows, station


async def test_a_station_is_online_while_its_link_lives_and_offline_at_once_after_it(connect: Connect) -> None:
    charger = await connect()
    assert (await station()).online
    await charger.hang_up()
    row = await station()
    assert (row.online, row.owner, row.channel) == (False, "", "")
    assert row.disconnected_at is not None
    assert row.last_seen_at is not None


async def test_a_link_that_ends_by_an_error_is_offline_too(charger: Charger) -> None:
    charger.future.cancel()
    await asyncio.wait([charger.future])
    assert not (await station()).online
    assert not links


async def test_a_late_goodbye_of_an_older_link_changes_nothing(connect: Connect, settings: Any) -> None:
    old = await connect()
    await change(lease_until=None)  # as if its process had died: nobody is asked for a sign of life
    new = await connect()
    assert (await old.event())["code"] == 4001
    await old.hang_up()
    assert (await station()).online
    assert await new.lives()
    assert [link.epoch for link in links.values()] == [2]


async def test_a_frame_that_a_replaced_link_has_read_already_is_stored(connect: Connect) -> None:
    old = await connect()
    await change(lease_until=None)
    await connect()
    await old.write([2, "1", "StartTransaction", START])
    await old.hang_up()
    assert (await old.event())["code"] == 4001
    assert await rows(lambda: ChargingStation.objects.get().sessions.count()) == 1


async def test_identities_that_differ_in_case_are_one_station(connect: Connect) -> None:
    first = await connect("Garage-1")
    await first.hang_up()
    await connect("GARAGE-1")
    assert await rows(ChargingStation.objects.count) == 1
    assert (await station("Garage-1")).epoch == 2


async def test_of_many_sockets_at_once_exactly_one_stays(connect: Connect) -> None:
    chargers = [Charger() for _ in range(6)]
    await asyncio.gather(*(charger.connected() for charger in chargers))
    (link,) = links.values()
    assert link.epoch == (await station()).epoch == 6
    ends = await asyncio.gather(*(charger.lives() for charger in chargers), return_exceptions=True)
    assert [end.code if isinstance(end, Closed) else end for end in ends].count(4001) == 5
    assert ends.count(True) == 1


async def test_a_slow_newcomer_does_not_displace_a_quicker_one_that_came_later(charger: Charger) -> None:
    (link,) = links.values()
    slow = OpenedLink(link.station_id, link.cp_id, link.epoch - 1, Terms(), None, [])
    await put_out_former(slow)
    assert not register(Link(slow, link.peer, link._send))
    unregister(slow)
    assert await charger.lives()
    assert list(links.values()) == [link]


async def test_an_outdated_ring_does_not_close_a_newer_link(charger: Charger) -> None:
    (link,) = links.values()
    deliver({"type": "link.replaced", "station": link.station_id, "epoch": link.epoch - 1})
    assert await charger.lives()


async def test_a_link_that_another_process_has_replaced_is_closed(charger: Charger) -> None:
    (link,) = links.values()
    deliver({"type": "link.replaced", "station": link.station_id, "epoch": link.epoch + 1})
    with pytest.raises(Closed) as end:
        await charger.text()
    assert end.value.code == 4001


async def test_a_link_whose_row_is_anothers_is_closed_at_the_next_renewal(charger: Charger) -> None:
    await change(epoch=7, owner="there:1", channel="inbox.there")
    await renew()
    with pytest.raises(Closed) as end:
        await charger.text()
    assert end.value.code == 4001
    row = await station()
    assert (row.epoch, row.owner, row.channel) == (7, "there:1", "inbox.there")


async def test_a_lease_is_renewed_and_its_station_seen(charger: Charger) -> None:
    await charger.lives()
    await change(last_seen_at=None)
    await renew()
    row = await station()
    assert row.online
    assert row.last_seen_at is not None
    await change(last_seen_at=None)
    await renew()  # it has sent nothing since
    assert (await station()).last_seen_at is None


async def test_a_lease_without_a_link_is_not_renewed_for_ever(connect: Connect, monkeypatch: Any) -> None:
    charger = await connect()

    def failing(**_: Any) -> None:
        raise DatabaseError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr("ocpp_ws.release.close_link", failing)
        await charger.hang_up()
    assert (await station()).online
    for _ in range(2):  # it might be one that is just being let in
        await renew()
    assert not (await station()).online


@pytest.mark.parametrize("moment", ["waiting", "stored"])
async def test_a_handshake_that_is_cancelled_while_its_link_is_opened_leaves_none(
    connect: Connect, moment: str
) -> None:
    await connect("CP_2")
    await cancelled_handshake(moment)
    row = await gone()
    assert (row.online, row.owner, row.epoch) == (False, "", 1)


async def gone() -> ChargingStation:
    """CP_1, once it is offline."""
    async with asyncio.timeout(10):
        while (row := await station()).disconnected_at is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return row


async def cancelled_handshake(moment: str, known: Any = "cp_1") -> None:
    """Of CP_1; its link is opened all the same."""
    loop, newcomer = asyncio.get_running_loop(), Charger("CP_1")

    def cancel(_: Any = None) -> None:
        newcomer.future.cancel()

    def opening_waits(_: Any) -> None:
        while not (waiting := writer._turns.waiting):
            time.sleep(0.001)
        if moment == "waiting":
            loop.call_soon_threadsafe(cancel)
        else:
            waiting[0].future.add_done_callback(cancel)

    writer.post(opening_waits, station=known)
    await asyncio.sleep(0)
    await newcomer.send_input({"type": "websocket.connect"})
    await asyncio.wait([newcomer.future])
    await writer.commit(lambda _: None)


async def test_a_handshake_that_is_cancelled_puts_out_the_link_that_it_replaced(charger: Charger) -> None:
    row = await station()
    asking = in_thread(commands.clear_cache, row, actor="tester")
    await charger.expect("ClearCache")
    await change(lease_until=None)  # nobody is asked for a sign of life
    await cancelled_handshake("waiting", known=row.pk)
    assert (await charger.event())["code"] == 4001
    assert (await asyncio.wait_for(asking, 10)).state == "unknown"
    assert (await gone()).epoch == 2


async def lose_the_answer_to_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the handshake of CP_1: its row is stored, and nobody knows."""

    def lost(units: list[Unit]) -> list[Outcome]:
        outcomes = run_batch(units)
        if not any(getattr(unit.run, "func", None) is open_here for unit in units):
            return outcomes
        return [(None, OperationalError("the connection was lost"))] * len(units)

    with monkeypatch.context() as patched:
        patched.setattr("ocpp_ws.writer.run_batch", lost)
        assert (await Charger().knock())["status"] == 503
    breaker.reset()
    assert (await station()).online


async def test_a_handshake_whose_commit_was_not_confirmed_locks_nobody_out(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lose_the_answer_to_commit(monkeypatch)
    charger = await connect()
    assert await charger.lives()
    assert (await station()).epoch == 2


async def test_a_row_without_a_link_is_offline_from_the_next_renewal_on(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lose_the_answer_to_commit(monkeypatch)
    other = await connect("CP_2")
    await renew()
    row = await station()
    assert (row.online, row.owner) == (False, "")
    assert (await station("CP_2")).online
    assert await other.lives()


async def test_the_process_comes_back_on_a_new_event_loop(charger: Charger) -> None:
    await process.stop()
    process.start()
    assert await charger.lives()


async def test_a_row_that_is_closed_by_hand_does_not_hurt_the_link(charger: Charger) -> None:
    row = await station()
    await rows(close_link, station_id=row.pk, epoch=row.epoch, now=row.connected_at)
    assert await charger.lives()
