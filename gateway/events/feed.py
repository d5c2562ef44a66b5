"""Derives events from rows, in one process at a time: what is committed is told within two seconds, and once. When
that process dies another goes on after CLAIM.

The rows are the truth and the lower floors know nothing of events: no message waits for one. Rows are found by their
times. These are taken before the commit, so each look goes back a little further than the last one ended; what was
told then is known by its key.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from gateway.events.sources import SOURCES, Source, changed_connections, connection_events, key, remember
from gateway.models import Event, EventFeed
from ocpp_ws.reads import read
from ocpp_ws.writer import writer
from stations.models import ChargingStation

EVERY_SECONDS = 1.0
CLAIM = timedelta(seconds=15)
MOST = 1000  # events of one commit
OVERLAP = timedelta(seconds=60)  # a message is committed at most so long after it was received


class Feed:
    """This process's part in it; `told` are the keys of the time that is looked at again."""

    def __init__(self) -> None:
        self.told: dict[str, datetime] | None = None
        self.claimed_until: datetime | None = None
        self.read_to = timezone.now()

    @property
    def leads(self) -> bool:
        """Whether this process is the one that tells; it watches for alerts and delivers them, too."""
        return self.claimed_until is not None and self.claimed_until > timezone.now()

    async def step(self, now: datetime) -> int:
        """Tell what is new; how many events. 0 also where another process does it."""
        if self.claimed_until is None or now > self.claimed_until - CLAIM / 2:
            await self.claim(now)
        if self.claimed_until is None:
            return 0
        events, stations, all_of_it = await read(self.look, now)
        if (events or stations) and not await writer.commit(lambda _: note(events, stations, now)):
            self.claimed_until = None
            return 0
        self.told = (self.told or {}) | {event.key: event.at for event in events}
        self.read_to = now if all_of_it else max(self.read_to, events[-1].at)
        return len(events)

    async def claim(self, now: datetime) -> None:
        if await read(is_anothers, now):
            self.claimed_until = None
            return
        known = None if self.claimed_until is None else self.read_to
        begin = await writer.commit(lambda _: claim(now, known))
        if begin is None:
            self.claimed_until = None
            return
        if self.claimed_until is None:
            self.read_to, self.told = begin, None
        self.claimed_until = now + CLAIM

    def look(self, now: datetime) -> tuple[list[Event], list[ChargingStation], bool]:
        """What was not told yet, in the order in which it happened: events, stations whose links they are about, and
        whether that is all."""
        since = self.read_to - OVERLAP
        if self.told is None:
            self.told = dict(Event.objects.filter(noted_at__gte=since).values_list("key", "at"))
        self.told = {one: at for one, at in self.told.items() if at >= since}
        new = []
        for source in SOURCES:
            new += [(at, pk, source) for pk, at in source.since(since) if key(source.type, pk, at) not in self.told]
        new.sort(key=lambda one: one[0])
        if len(new) > MOST:
            return events_of(new[:MOST], now), [], False
        stations = changed_connections()
        links = [event for station in stations for event in connection_events(station, since, now)]
        return sorted(events_of(new, now) + links, key=lambda event: event.at), stations, True


def events_of(moments: list[tuple[datetime, Any, Source]], now: datetime) -> list[Event]:
    events = []
    for source in SOURCES:
        rows = source.rows.in_bulk([pk for _, pk, its in moments if its is source])
        events += [source.event(row, now) for row in rows.values()]
    return sorted(events, key=lambda event: event.at)


def claim(now: datetime, known: datetime | None) -> datetime | None:
    """In a transaction: from when on to read; None where another process does it. `known`: how far this one was."""
    mine = settings.GATEWAY_SLOT
    if not EventFeed.objects.filter(pk=1).exists():
        first = EventFeed(pk=1, owner=mine, claimed_until=now, read_to=now)
        EventFeed.objects.bulk_create([first], ignore_conflicts=True)
    feed = locked_feed()
    if feed is None or (feed.owner != mine and feed.claimed_until > now):
        return None
    read_to = known or feed.read_to
    EventFeed.objects.filter(pk=1).update(owner=mine, claimed_until=now + CLAIM, read_to=read_to)
    return read_to


def is_anothers(now: datetime) -> bool:
    """A look without a lock, which most processes come no further than: who leads may hold its own for long."""
    return EventFeed.objects.filter(pk=1, claimed_until__gt=now).exclude(owner=settings.GATEWAY_SLOT).exists()


def locked_feed() -> EventFeed | None:
    """None where another process has it locked: no station's message waits behind that."""
    skips = connection.features.has_select_for_update_skip_locked
    return EventFeed.objects.select_for_update(skip_locked=skips).filter(pk=1).first()


def note(events: list[Event], stations: list[ChargingStation], now: datetime) -> bool:
    """In a transaction: the lock makes the ids grow in the order of the commits. False: another process took over."""
    feed = locked_feed()
    if feed is None or feed.owner != settings.GATEWAY_SLOT or feed.claimed_until < now:
        return False
    Event.objects.bulk_create(events, ignore_conflicts=True)
    remember(stations)
    return True


feed = Feed()


async def tell_events() -> None:
    """A job of every process (ocpp_ws.process)."""
    feed.claimed_until = None  # where it failed, from the start
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        await feed.step(timezone.now())
