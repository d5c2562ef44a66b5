"""Events are derived from rows: each once, in the order of the commits, by one process at a time."""

import asyncio
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from gateway.events import feed as feeds
from gateway.events.feed import CLAIM, Feed
from gateway.models import Event, EventFeed
from stations.models import ChargingStation, ConnectorStatusChange
from tests.api import rows
from tests.ocpp_ws.conftest import quiet
from tests.ocpp_ws.rows import in_thread
from tests.ocpp_ws.rows import rows as run

pytestmark = pytest.mark.django_db(transaction=True)


async def told(feed: Feed, now: datetime | None = None) -> list[tuple[str, str]]:
    """What one look of it adds."""
    newest = await run(lambda: Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0)
    await feed.step(now or timezone.now())
    await quiet()
    return await run(lambda: list(Event.objects.filter(pk__gt=newest).order_by("pk").values_list("type", "cp_id")))


def change(cp: ChargingStation, at: datetime, status: str = "Charging") -> ConnectorStatusChange:
    return ConnectorStatusChange.objects.create(
        station=cp, connector_number=1, status=status, error_code="NoError", timestamp=at, received_at=at
    )


async def test_each_event_is_told_once() -> None:
    feed, now = Feed(), timezone.now()
    assert await told(feed) == []
    cp = await run(rows.station, "CP_1")
    await run(change, cp, now)
    await run(rows.session, cp, start_received_at=now, stop_received_at=now + timedelta(seconds=1))
    await run(rows.command, cp, finished_at=now + timedelta(seconds=2))
    expected = ["connector.status", "session.started", "session.stopped", "command.ended"]
    assert sorted(kind for kind, _ in await told(feed)) == sorted(expected)
    assert await told(feed) == []
    assert await told(Feed()) == []  # the process was started again


async def test_what_is_committed_late_is_told_all_the_same() -> None:
    feed = Feed()
    cp = await run(rows.station, "CP_1")
    await run(change, cp, timezone.now())
    await told(feed)
    await run(change, cp, timezone.now() - timedelta(seconds=30))
    assert await told(feed) == [("connector.status", "CP_1")]


async def test_a_second_stop_is_told_again() -> None:
    feed, now = Feed(), timezone.now()
    session = await run(lambda: rows.session(rows.station("CP_1"), start_received_at=now, stop_received_at=now))
    await told(feed)
    later = now + timedelta(seconds=1)
    await run(type(session).objects.filter(pk=session.pk).update, stop_received_at=later, meter_stop=3000)
    assert await told(feed) == [("session.stopped", "CP_1")]
    assert (await run(Event.objects.latest, "pk")).data["energyWh"] == 2000


async def test_a_lease_that_runs_out_and_comes_back_is_told() -> None:
    feed = Feed()
    cp = await run(rows.station, "CP_1", online=True, epoch=1, connected_at=timezone.now())
    mine = ChargingStation.objects.filter(pk=cp.pk)
    assert await told(feed) == [("station.online", "CP_1")]
    await run(mine.update, lease_until=Now() - timedelta(seconds=1))
    assert await told(feed) == [("station.offline", "CP_1")]
    await run(mine.update, lease_until=Now() + timedelta(seconds=60))  # its process was only slow
    assert await told(feed) == [("station.online", "CP_1")]
    await run(mine.update, lease_until=None, epoch=2)  # came and went
    assert await told(feed) == [("station.online", "CP_1"), ("station.offline", "CP_1")]


async def test_a_station_that_was_away_before_the_first_look_is_no_news() -> None:
    long_ago = timezone.now() - timedelta(days=1)
    await run(rows.station, "CP_1", epoch=4, connected_at=long_ago, disconnected_at=long_ago)
    feed = Feed()
    assert await told(feed) == []
    await run(ChargingStation.objects.update, epoch=5, lease_until=timezone.now() + timedelta(seconds=60))
    assert await told(feed) == [("station.online", "CP_1")]


async def test_one_process_does_it_and_another_goes_on_where_that_one_ended(settings: Settings) -> None:
    one, two = Feed(), Feed()
    await told(one)
    cp = await run(rows.station, "CP_1")
    settings.GATEWAY_SLOT = "the other"
    await run(change, cp, timezone.now())
    assert await told(two) == []
    later = timezone.now() + CLAIM + timedelta(seconds=1)
    assert await told(two, later) == [("connector.status", "CP_1")]
    settings.GATEWAY_SLOT = "the first again"
    one.claimed_until = later + CLAIM  # it was stopped, and believes still that the claim is its own
    await run(change, cp, timezone.now() + timedelta(seconds=1), "Finishing")
    assert await told(one, later) == []
    settings.GATEWAY_SLOT = "the other"
    assert await told(two, later) == [("connector.status", "CP_1")]


async def test_a_long_absence_is_made_up_for_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MOST", 10)
    await told(Feed())
    begin = timezone.now() - timedelta(hours=10)
    await run(EventFeed.objects.update, read_to=begin, claimed_until=begin)

    def happened() -> None:
        cp = rows.station("CP_1")
        for number in range(25):
            change(cp, begin + timedelta(minutes=number))

    await run(happened)
    feed = Feed()
    assert [len(await told(feed)) for _ in range(4)] == [10, 10, 5, 0]


if connection.vendor == "postgresql":  # SQLite has one writer

    async def test_a_leader_that_is_stopped_in_its_commit_holds_up_nobody(settings: Settings) -> None:
        await told(Feed())
        locked, over = threading.Event(), threading.Event()

        def leader() -> None:
            with transaction.atomic():
                EventFeed.objects.select_for_update().get(pk=1)
                locked.set()
                over.wait(10)

        stopped = in_thread(leader)
        await in_thread(locked.wait, 10)
        settings.GATEWAY_SLOT = "the other"
        async with asyncio.timeout(3):
            assert await told(Feed()) == []
            assert await told(Feed(), timezone.now() + 2 * CLAIM) == []
        over.set()
        await stopped


async def test_where_nothing_happens_a_look_is_cheap() -> None:
    feed = Feed()
    await told(feed)

    def looked() -> list[dict[str, Any]]:
        with CaptureQueriesContext(connection) as queries:
            feed.look(timezone.now())
        return queries.captured_queries

    assert len(await in_thread(looked)) == 8
