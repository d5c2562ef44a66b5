"""What is older than it is kept goes by itself, a few rows at a time; what is still needed stays."""

import asyncio
import io
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model
from pytest_django import Settings

from gateway import retention
from gateway.retention import KINDS, Kind, prune, remove_some
from ocpp_ws.models import OcppMessage, RejectedFrame
from stations.models import ChargingStation, ConnectorStatusChange
from tests.ocpp_ws.conftest import Connect, quiet
from tests.ocpp_ws.rows import in_thread, rows

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MESSAGES, STATUS_CHANGES, REFUSED, DEAD_LETTERS, ALERTS, EVENTS, LOGINS = KINDS
FRAME = RejectedFrame.Kind


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def message(station: ChargingStation, at: datetime, name: str) -> OcppMessage:
    return OcppMessage(station=station, epoch=1, direction="in", unique_id=name, action="Heartbeat", at=at)


def frame(station: ChargingStation, kind: str, name: str, received: datetime, repaired: datetime | None = None) -> Any:
    return RejectedFrame(
        station=station, epoch=1, kind=kind, unique_id=name, raw="[2]", received_at=received, repaired_at=repaired
    )


@pytest_asyncio.fixture
async def station(transactional_db: None) -> Any:
    yield await rows(ChargingStation.objects.create, cp_id="CP_1")
    await quiet()


async def store(*made: Model) -> None:
    for one in made:
        await rows(one.save)


async def left(model: type[Model], field: str = "unique_id") -> list[Any]:
    return await rows(lambda: list(model._base_manager.order_by("pk").values_list(field, flat=True)))


@pytest.mark.parametrize(("days", "stay"), [(7, ["young"]), (8, ["old", "young"]), (0, ["old", "young"])])
async def test_messages_go_after_their_days(
    station: ChargingStation, settings: Settings, days: int, stay: list[str]
) -> None:
    settings.MESSAGE_LOG_DAYS = days
    await store(message(station, ago(7.01), "old"), message(station, ago(6.99), "young"))
    await prune(MESSAGES, NOW)
    assert await left(OcppMessage) == stay


async def test_an_age_beyond_all_calendars_is_for_ever(station: ChargingStation, settings: Settings) -> None:
    settings.MESSAGE_LOG_DAYS = 10**9
    assert await prune(MESSAGES, NOW) is None


async def test_refused_frames_go_and_dead_letters_wait_for_their_repair(station: ChargingStation) -> None:
    await store(
        frame(station, FRAME.REFUSED, "old", ago(8)),
        frame(station, FRAME.REFUSED, "young", ago(6)),
        frame(station, FRAME.DEAD_LETTER, "to be repaired", ago(800)),
        frame(station, FRAME.DEAD_LETTER, "repaired long ago", ago(800), ago(8)),
        frame(station, FRAME.DEAD_LETTER, "repaired just now", ago(800), ago(1)),
    )
    assert [await prune(kind, NOW) for kind in (REFUSED, DEAD_LETTERS)] == [1, 1]
    assert await left(RejectedFrame) == ["young", "to be repaired", "repaired just now"]


async def test_status_changes_stay_longer_than_messages(station: ChargingStation) -> None:
    for days in (91, 89):
        told = {"status": "Available", "error_code": "NoError", "timestamp": ago(days), "received_at": ago(days)}
        await store(ConnectorStatusChange(station=station, connector_number=days, **told))
    assert await prune(STATUS_CHANGES, NOW) == 1
    assert await left(ConnectorStatusChange, "connector_number") == [89]


async def test_logins_go_when_they_have_ended(station: ChargingStation) -> None:
    await store(
        Session(session_key="ended", expire_date=ago(0.01)), Session(session_key="running", expire_date=ago(-0.1))
    )
    await prune(LOGINS, NOW)
    assert await left(Session, "session_key") == ["running"]
    await rows(Session.objects.all().delete)


async def test_a_transaction_removes_a_few_and_the_oldest_first(
    station: ChargingStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    monkeypatch.setattr(retention, "PAUSE_SECONDS", 0)
    await store(*[message(station, ago(days), str(days)) for days in (9, 8, 11, 10, 12, 8.5, 8.2, 1)])
    found = await rows(in_transaction, remove_some, MESSAGES, ago(7), None)
    assert [age for _, age in found] == [ago(12), ago(11), ago(10)]
    assert await prune(MESSAGES, NOW) == 4
    assert await left(OcppMessage) == ["1"]


def in_transaction(function: Callable[..., Any], *args: Any) -> Any:
    with transaction.atomic():
        return function(*args)


async def test_two_processes_remove_at_the_same_time(station: ChargingStation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the database lets two write at once, the second leaves the first one's rows alone and does not wait."""
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    monkeypatch.setattr(retention, "PAUSE_SECONDS", 0)
    await store(*[message(station, ago(8 + number), str(number)) for number in range(10)])
    removed, commit = threading.Event(), threading.Event()

    def first() -> int:
        with transaction.atomic():
            found = remove_some(MESSAGES, ago(7), None)
            removed.set()
            assert commit.wait(10)
        return len(found)

    other = in_thread(first)
    await asyncio.to_thread(removed.wait, 10)
    if not connection.features.has_select_for_update_skip_locked:
        commit.set()
    mine = await asyncio.wait_for(prune(MESSAGES, NOW), 10)
    commit.set()
    assert (await other, mine) == (3, 7)
    assert await left(OcppMessage) == []


async def test_the_running_gateway_does_it_by_itself(
    connect: Connect, station: ChargingStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "EVERY_SECONDS", 0.05)
    await store(message(station, datetime(2001, 1, 1, tzinfo=UTC), "old"))
    await connect("CP_2")
    async with asyncio.timeout(10):
        while "old" in await left(OcppMessage):  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # a row has no event to wait for


async def test_what_cannot_be_removed_keeps_nothing_else(
    connect: Connect, station: ChargingStation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(retention, "EVERY_SECONDS", 0.05)
    monkeypatch.setattr(retention, "KINDS", (Kind("odd ones", OcppMessage, "no_column"), MESSAGES))
    await store(message(station, datetime(2001, 1, 1, tzinfo=UTC), "old"))
    await connect("CP_2")
    async with asyncio.timeout(10):
        while "old" in await left(OcppMessage):  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # a row has no event to wait for
    assert "odd ones cannot be removed" in caplog.text


async def test_prune_says_what_it_removed(station: ChargingStation, settings: Settings) -> None:
    settings.REJECTED_FRAME_DAYS = 0
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    await store(message(station, long_ago, "a"), message(station, long_ago, "b"))
    await store(frame(station, FRAME.REFUSED, "kept", long_ago))
    out = io.StringIO()
    await rows(call_command, "prune", stdout=out)
    assert out.getvalue().splitlines() == [
        "messages: 2 removed, older than 7 days",
        "status changes: 0 removed, older than 90 days",
        "refused frames: kept for ever",
        "repaired dead letters: kept for ever",
        "closed alerts: 0 removed, older than 90 days",
        "events: 0 removed, older than 7 days",
        "logins that have ended: 0 removed",
    ]
    assert (await left(OcppMessage), await left(RejectedFrame)) == ([], ["kept"])


@pytest.fixture
def no_shortcut(transactional_db: None) -> Iterator[None]:
    """An empty table is read whole, by PostgreSQL, whatever indexes it has."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute("SET LOCAL enable_bitmapscan = off")
                cursor.execute("SET LOCAL enable_sort = off")
        yield


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("after", [None, ago(9)], ids=["from the oldest", "on from there"])
def test_the_rows_are_found_in_order_by_an_index(no_shortcut: None, kind: Kind, after: datetime | None) -> None:
    plan = kind.rows(ago(7), after)[: retention.AT_ONCE].explain()
    assert "INDEX" in plan.upper()
    for slow in ("SCAN ", "TEMP B-TREE", "Sort", "Seq Scan"):
        assert slow not in plan.replace("Index Scan ", "").replace("Index Only Scan ", ""), plan
