"""Events as they come, to any number of listeners of this process: the rows are read once for all of them."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from time import monotonic

import orjson
from django.db.models import Max, Min

from gateway.events.sources import utc
from gateway.models import Event, newest_event
from ocpp_ws.reads import read

EVERY_SECONDS = 0.5
QUIET_SECONDS = 15.0  # without a word a proxy takes the connection for dead
LONGEST_SECONDS = 3600.0  # then the client comes again, and is asked who it is
MOST_LISTENERS = 200
AT_ONCE = 500
Wanted = Callable[[Event], bool]


class Newest:
    """The newest events; `complete_after`: all with a larger id are in `events`."""

    def __init__(self) -> None:
        self.events: deque[Event] = deque(maxlen=AT_ONCE)
        self.complete_after: int | None = None
        self.listeners = 0
        self._more = asyncio.Event()

    async def look(self) -> None:
        begun = self.complete_after is None
        if self.complete_after is None:
            self.complete_after = await read(newest_event)
        found = await read(after, self.events[-1].pk if self.events else self.complete_after)
        for event in found:
            if len(self.events) == AT_ONCE:
                self.complete_after = self.events[0].pk
            self.events.append(event)
        if found or begun:  # who listened before may have missed some
            self._more.set()
            self._more = asyncio.Event()

    async def since(self, last: int, seconds: float) -> list[Event]:
        """Those after `last`, the oldest first; at most AT_ONCE of them, none after a time without any."""
        more = self._more
        if (self.complete_after is None or last < self.complete_after) and (found := await read(after, last)):
            return found
        if not self.events or self.events[-1].pk <= last:
            try:
                await asyncio.wait_for(more.wait(), seconds)
            except TimeoutError:
                return []
        return [event for event in self.events if event.pk > last]


newest = Newest()


async def follow_events() -> None:
    """A job of every process (ocpp_ws.process); where nobody listens it reads nothing."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        if newest.listeners:
            await newest.look()
        else:
            newest.complete_after = None
            newest.events.clear()


async def frames(last: int, wanted: Wanted) -> AsyncIterator[bytes]:
    """The stream's text, from the event after `last` on (WHATWG HTML, 9.2.5)."""
    newest.listeners += 1
    ends = monotonic() + LONGEST_SECONDS
    try:
        yield b"retry: 2000\n\n"
        while monotonic() < ends:
            found = await newest.since(last, QUIET_SECONDS)
            told = b"".join(frame(event) for event in found if wanted(event))
            last = found[-1].pk if found else last
            yield told or b":\n\n"
    finally:
        newest.listeners -= 1


def frame(event: Event) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.pk, event.type.encode(), orjson.dumps(as_json(event)))


def as_json(event: Event) -> dict[str, object]:
    """As clients are told of it, here and by webhooks."""
    return {"id": event.pk, "type": event.type, "at": utc(event.at), "cpId": event.cp_id, "data": event.data}


def after(last: int) -> list[Event]:
    return list(Event.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE])


def is_gone(last: int) -> bool:
    """Whether events after `last` may have been removed already, or `last` was never told here: a restored backup."""
    known = Event.objects.aggregate(oldest=Min("pk"), newest=Max("pk"))
    return last > (known["newest"] or 0) or last < (known["oldest"] or 0) - 1
