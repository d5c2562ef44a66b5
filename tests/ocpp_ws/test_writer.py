"""Group commit: order, savepoints, receipts, and what happens when the database says no."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connection

from ocpp_ws.batch import Batch, UnitFailed
from ocpp_ws.breaker import DatabaseAway, breaker
from ocpp_ws.models import OcppMessage
from ocpp_ws.writer import writer
from rfid.models import RfidCard
from stations.models import ChargingStation, Connector
from tests.ocpp_ws.rows import rows

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("transactional_db")
Unit = Callable[[Batch], Any]


def message(unique_id: str, station_id: int, **columns: Any) -> dict[str, Any]:
    return {
        "station_id": station_id, "epoch": 1, "direction": "in", "unique_id": unique_id, "action": "Heartbeat",
        "payload": {}, "answer": None, "error_code": "", "error_description": "", "status": "", "at": NOON,
        "answered_at": None,
    } | columns  # fmt: skip


@pytest.fixture
def station(transactional_db: None) -> ChargingStation:
    return ChargingStation.objects.create(cp_id="CP_1")


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Opens the way for the first batch: what comes meanwhile is in the next one."""
    opened = threading.Event()
    yield opened
    opened.set()


def holding(gate: threading.Event) -> Unit:
    return lambda _: gate.wait(10)


async def together(gate: threading.Event, *units: Unit) -> list[Any]:
    """Results or errors of units that share one transaction."""
    first = writer.post(holding(gate))
    await asyncio.sleep(0)
    others = [asyncio.wrap_future(writer.post(unit)) for unit in units]
    gate.set()
    await asyncio.wrap_future(first)
    return await asyncio.gather(*others, return_exceptions=True)


def named(cp_id: str) -> Unit:
    return lambda _: ChargingStation.objects.create(cp_id=cp_id).cp_id


def names() -> list[str]:
    return list(ChargingStation.objects.order_by("pk").values_list("cp_id", flat=True))


async def test_units_that_wait_share_one_transaction_in_their_order(gate: threading.Event) -> None:
    seen: list[Batch] = []

    def unit(number: int) -> Unit:
        def create(batch: Batch) -> int:
            seen.append(batch)
            ChargingStation.objects.create(cp_id=f"CP_{number}")
            return number

        return create

    assert await together(gate, *(unit(number) for number in range(30))) == list(range(30))
    assert all(batch is seen[0] for batch in seen)
    assert await rows(names) == [f"CP_{number}" for number in range(30)]


async def test_a_unit_sees_what_those_before_it_have_done(gate: threading.Event) -> None:
    results = await together(gate, named("CP_1"), lambda _: ChargingStation.objects.count())
    assert results == ["CP_1", 1]


async def test_a_waiter_is_told_only_after_the_commit(gate: threading.Event) -> None:
    told: list[bool] = []
    visible: list[int] = []

    def look(_: Batch) -> None:
        told.append(first.done())
        visible.append(count_from_another_connection())

    first = writer.post(named("CP_1"))
    second = writer.post(look)
    await asyncio.wrap_future(second)
    assert (told, visible) == ([False], [0])  # same transaction: nothing to be seen, nobody told
    assert first.result() == "CP_1"
    assert await asyncio.to_thread(count_from_another_connection) == 1


def count_from_another_connection() -> int:
    """What a second client of the database sees."""
    settings = connection.settings_dict
    if connection.vendor == "postgresql":
        known = {"dbname": "NAME", "host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
        given = {name: settings[ours] for name, ours in known.items() if settings[ours]}
        with psycopg.connect(**given) as other:
            found = other.execute("SELECT count(*) FROM stations_chargingstation").fetchone()
    else:
        other_file = sqlite3.connect(settings["NAME"])
        found = other_file.execute("SELECT count(*) FROM stations_chargingstation").fetchone()
        other_file.close()
    assert found
    return int(found[0])


async def test_a_unit_that_fails_fails_alone(gate: threading.Event, station: ChargingStation) -> None:
    def fails(_: Batch) -> None:
        ChargingStation.objects.create(cp_id="half done")
        raise KeyError("mine")

    def violates(_: Batch) -> None:
        ChargingStation.objects.create(cp_id="CP_1")

    results = await together(gate, named("CP_2"), fails, violates, named("CP_3"))
    assert (results[0], results[3]) == ("CP_2", "CP_3")
    assert isinstance(results[1], KeyError)
    assert isinstance(results[2], IntegrityError)
    assert await rows(names) == ["CP_1", "CP_2", "CP_3"]


async def test_rows_of_a_failed_unit_are_forgotten(gate: threading.Event, station: ChargingStation) -> None:
    def adds(unique_id: str, *, fails: bool = False) -> Unit:
        def unit(batch: Batch) -> None:
            batch.insert(OcppMessage, [message(unique_id, station.pk)])
            if fails:
                raise KeyError("mine")

        return unit

    await together(gate, adds("first"), adds("failed", fails=True), adds("last"))
    assert await rows(logged) == ["first", "last"]


def logged() -> list[str]:
    return list(OcppMessage.objects.order_by("pk").values_list("unique_id", flat=True))


@pytest.mark.parametrize(
    "poison", [{"station_id": -5}, {"epoch": 2**70}, {"payload": {"n": {1, 2}}}, {"at": "no time"}]
)
async def test_a_row_that_no_database_takes_fails_only_its_own_unit(
    gate: threading.Event, station: ChargingStation, poison: dict[str, Any]
) -> None:
    def adds(unique_id: str, **columns: Any) -> Unit:
        return lambda batch: batch.insert(OcppMessage, [message(unique_id, **{"station_id": station.pk} | columns)])

    results = await together(gate, adds("first"), adds("poisonous", **poison), adds("last"), named("CP_2"))
    assert [isinstance(result, Exception) for result in results] == [False, True, False, False]
    assert await rows(logged) == ["first", "last"]
    assert await rows(names) == ["CP_1", "CP_2"]


async def test_rows_that_exist_already_are_left_out(gate: threading.Event, station: ChargingStation) -> None:
    texts = dict.fromkeys(("status", "error_code", "info", "vendor_id", "vendor_error_code"), "")
    row = texts | {"station_id": station.pk}

    def adds(*numbers: int) -> Unit:
        return lambda batch: batch.insert(Connector, [row | {"number": number} for number in numbers])

    results = await together(gate, adds(1, 2), adds(2, 3), adds(3, 3))
    assert results == [None, None, None]
    assert await writer.commit(adds(1, 4)) is None
    assert sorted(await rows(lambda: list(Connector.objects.values_list("number", flat=True)))) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "failure", [OperationalError("database is locked"), InterfaceError("connection already closed")]
)
async def test_a_busy_database_is_tried_again(gate: threading.Event, failure: Exception) -> None:
    tries: list[int] = []

    def busy(_: Batch) -> str:
        tries.append(1)
        if len(tries) < 3:
            raise failure
        return "stored"

    assert await together(gate, named("CP_1"), busy, named("CP_2")) == ["CP_1", "stored", "CP_2"]
    assert await rows(names) == ["CP_1", "CP_2"]


async def test_a_unit_that_only_the_database_refuses_fails_alone_and_opens_no_breaker(
    gate: threading.Event, station: ChargingStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one statement with more variables than SQLite takes."""
    monkeypatch.setattr("ocpp_ws.batch.DOUBT_SECONDS", 0.1)

    def poison(_: Batch) -> None:
        raise OperationalError("too many SQL variables")

    outcomes = await together(gate, renaming(station, "before"), poison, renaming(station, "after"))
    assert [type(one) for one in outcomes] == [int, UnitFailed, int]
    assert not breaker.is_open
    await rows(station.refresh_from_db)
    assert station.name == "after"


async def test_a_database_that_comes_back_while_a_unit_is_in_doubt_takes_that_unit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was away for longer than a unit is tried without doubt: that it answers now says nothing of the unit."""
    monkeypatch.setattr("ocpp_ws.batch.PAUSE_SECONDS", 0.2)
    monkeypatch.setattr("ocpp_ws.batch.DOUBT_SECONDS", 0.1)
    tries: list[int] = []

    def away_at_first(_: Batch) -> str:
        tries.append(1)
        if len(tries) < 3:  # the second is the last before the doubt
            raise OperationalError("the server is shutting down")
        return "stored"

    assert await writer.commit(away_at_first) == "stored"


def renaming(station: ChargingStation, name: str) -> Unit:
    return lambda _: ChargingStation.objects.filter(pk=station.pk).update(name=name)


async def test_a_database_that_is_away_opens_the_breaker_until_a_commit_succeeds(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocpp_ws.batch.PATIENCE_SECONDS", 0.3)

    def away(_: Batch) -> None:
        raise OperationalError("the server does not answer")

    results = await together(gate, named("CP_1"), away)
    assert [type(result) for result in results] == [OperationalError] * 2
    with pytest.raises(DatabaseAway):
        await writer.commit(named("CP_2"))
    await writer.try_again()
    assert await writer.commit(named("CP_3")) == "CP_3"
    assert await rows(names) == ["CP_3"]


async def test_work_is_stored_though_its_waiter_was_cancelled(gate: threading.Event) -> None:
    first = writer.post(holding(gate))
    waiter = asyncio.get_running_loop().create_task(writer.commit(named("CP_1")))
    await asyncio.sleep(0)
    waiter.cancel()
    after = writer.post(named("CP_2"))
    gate.set()
    await asyncio.wrap_future(first)
    await asyncio.wrap_future(after)
    assert waiter.cancelled()
    assert await rows(names) == ["CP_1", "CP_2"]


async def test_batches_grow_with_load_and_have_a_largest_size(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocpp_ws.turns.LARGEST_BATCH", 10)
    seen: list[Batch] = []
    await together(gate, *(seen.append for _ in range(25)))
    assert [len(list(same)) for _, same in groupby(seen, key=id)] == [10, 10, 5]


async def test_a_lost_connection_is_replaced() -> None:
    assert await writer.commit(named("CP_1")) == "CP_1"
    lost: list[int] = []

    def loses(_: Batch) -> int:
        if not lost:
            lost.append(1)
            connection.connection.close()  # under Django's feet, as a server's restart does
            raise OperationalError("server closed the connection unexpectedly")
        return ChargingStation.objects.count()

    assert await writer.commit(loses) == 1


async def test_locks_of_rows_that_do_not_exist_hold_nothing_up(station: ChargingStation) -> None:
    locks = ((RfidCard, "tag_key", "nobody's"), (ChargingStation, "pk", station.pk), (ChargingStation, "pk", -1))
    assert await writer.commit(named("CP_2"), locks) == "CP_2"


async def test_many_links_at_once_lose_nothing() -> None:
    results = await asyncio.gather(*(writer.commit(named(f"CP_{number}")) for number in range(300)))
    assert results == [f"CP_{number}" for number in range(300)]
    assert await rows(ChargingStation.objects.count) == 300


async def test_a_slow_commit_holds_up_only_its_own_stations_where_the_database_takes_more_than_one_writer(
    gate: threading.Event,
) -> None:
    slow = writer.post(holding(gate), station=1)
    await asyncio.sleep(0)
    behind = asyncio.wrap_future(writer.post(named("CP_1"), station=1))
    other = asyncio.wrap_future(writer.post(named("CP_2"), station=2))
    if connection.vendor == "postgresql":
        assert await asyncio.wait_for(other, 5) == "CP_2"
        assert await asyncio.to_thread(count_from_another_connection) == 1
    assert not slow.done()
    assert not behind.done()
    gate.set()
    assert await asyncio.gather(behind, other) == ["CP_1", "CP_2"]


async def test_units_that_take_long_get_transactions_of_their_own_in_their_order(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocpp_ws.batch.LONGEST_SECONDS", 0)
    seen: list[Batch] = []

    def unit(number: int) -> Unit:
        def create(batch: Batch) -> int:
            seen.append(batch)
            ChargingStation.objects.create(cp_id=f"CP_{number}")
            return number

        return create

    assert await together(gate, *(unit(number) for number in range(5))) == list(range(5))
    assert len(set(map(id, seen))) == 5
    assert await rows(names) == [f"CP_{number}" for number in range(5)]


async def test_what_was_put_off_is_done_once_for_all_units_that_did(gate: threading.Event) -> None:
    done: list[list[str]] = []

    def work(items: list[str], _: Any) -> None:
        done.append(items)

    await together(gate, *(lambda batch, n=n: batch.put_off(work, f"CP_{n}") for n in range(3)))
    assert done == [["CP_0", "CP_1", "CP_2"]]


async def test_put_off_work_that_fails_fails_only_its_own_unit(gate: threading.Event) -> None:
    def work(items: list[str], _: Any) -> None:
        for item in items:
            ChargingStation.objects.create(cp_id=item)
            if item == "poison":
                raise KeyError("mine")

    seen: list[Batch] = []

    def unit(item: str) -> Unit:
        def put_off(batch: Batch) -> None:
            seen.append(batch)
            batch.put_off(work, item)

        return put_off

    results = await together(gate, *map(unit, ("CP_1", "poison", "CP_2")))
    assert [isinstance(result, KeyError) for result in results] == [False, True, False]
    assert len(set(map(id, seen))) == 2, "the others still share a transaction"
    assert await rows(names) == ["CP_1", "CP_2"]


async def test_a_commit_that_hangs_opens_the_breaker_for_all_that_wait_until_it_has_ended(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocpp_ws.breaker.PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr("ocpp_ws.breaker.STEP_SECONDS", 0.1)
    hanging = writer.post(holding(gate), station=1)
    await asyncio.sleep(0)
    with pytest.raises(DatabaseAway):
        await writer.commit(named("CP_1"), station=1)
    again = asyncio.ensure_future(writer.try_again())
    with pytest.raises(DatabaseAway):
        await writer.commit(named("CP_2"), station=2)
    assert not again.done()
    assert not hanging.done()
    gate.set()
    await again
    assert await writer.commit(named("CP_3")) == "CP_3"
    assert await rows(names) == ["CP_3"]


async def test_the_breaker_stays_open_while_another_lane_hangs(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocpp_ws.breaker.PATIENCE_SECONDS", 1)
    early, begun = threading.Event(), threading.Event()

    def hangs(_: Batch) -> None:
        begun.set()
        gate.wait(10)

    first = asyncio.wrap_future(writer.post(holding(early), station=1))
    await asyncio.sleep(0)
    hanging = asyncio.wrap_future(writer.post(hangs, station=2))
    if connection.vendor == "postgresql":
        assert await asyncio.to_thread(begun.wait, 5), "it is on a lane of its own"
    early.set()
    await first
    with pytest.raises(DatabaseAway):
        await writer.commit(named("CP_1"), station=2)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(again := asyncio.ensure_future(writer.try_again())), 0.5)
    gate.set()
    await asyncio.gather(again, hanging)
    assert await writer.commit(named("CP_2")) == "CP_2"
