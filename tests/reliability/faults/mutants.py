"""Guards switched off, one at a time: the test that watches over each must fail."""

import asyncio
import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ocpp_ws import breaker, links, process, release, silence
from ocpp_ws.handlers import HANDLERS
from ocpp_ws.protocol import Call
from ocpp_ws.protocol.line import Line
from sessions_app.services import start
from stations import links as station_links
from stations import outbox
from stations.models import ChargingStation
from tests.reliability.faults.put import put


def reply_before_commit() -> None:
    """MeterValues are acknowledged on receipt and stored a moment later."""
    original = links.Link.commit

    async def hasty(
        link: links.Link, call: Call, now: datetime, unit: Any, locks: Any = (), **how: Any
    ) -> links.Payload:
        if call.action != "MeterValues":
            return await original(link, call, now, unit, locks, **how)
        process.spawn(later(original(link, call, now, unit, locks, **how)))
        return {}

    put(links.Link, commit=hasty)


async def later(commit: Any) -> None:
    await asyncio.sleep(0.2)
    await commit


def no_natural_key() -> None:
    """A retry of StartTransaction is a new session."""
    create, found = start.create, start.same_start

    def unknown(_start: Any) -> None:
        """No session has this natural key, as far as anybody can see."""

    def another(one: Any, station: Any, place: Any, generation: int) -> Any:
        put(start, same_start=found)
        try:
            return create(one, station, place, generation=int(time.time()))
        finally:
            put(start, same_start=unknown)

    put(start, same_start=unknown, create=another)


def no_epoch_check() -> None:
    """The goodbye of any link marks its station offline."""

    def close_link(*, station_id: int, epoch: int, now: datetime) -> list[tuple[int, str]]:
        ended = outbox.end_of_link(station_id=station_id, epoch=epoch, reason="the link was lost", now=now)
        ChargingStation.objects.filter(pk=station_id).update(lease_until=None, owner="", channel="")
        return ended

    put(station_links, close_link=close_link)
    put(release, close_link=close_link)


def no_clearing_at_start() -> None:
    """What the predecessor held stays online until its lease has run out."""
    put(process, clear_slot=lambda **_: None)


def broken_handlers() -> None:
    """Not a guard, but what dead letters are for: a third of the transaction messages meets a bug of ours."""
    for action in ("StartTransaction", "MeterValues", "StopTransaction"):
        HANDLERS[action] = failing(HANDLERS[action])  # type: ignore[index]


def failing(handler: Any) -> Any:
    async def sometimes(link: Any, call: Call, now: datetime) -> Any:
        if random.random() < 0.3:
            raise RuntimeError("a bug of ours")
        return await handler(link, call, now)

    return sometimes


def any_answer() -> None:
    """An answer is taken for that of the CALL that waits, whatever its message id."""

    def claim(line: Line, unique_id: str, now: float) -> Any:
        sent, line.outstanding = line.outstanding, None
        return sent and (sent, False)

    put(Line, claim=claim)


def no_breaker() -> None:
    put(breaker.Breaker, trip=lambda self, reason: None)


def patience_without_end() -> None:
    """Whoever asks the database waits until it answers."""
    put(silence, limit=lambda: None)


def no_drain() -> None:
    """SIGTERM ends the process without a word to anybody."""
    from gateway.server import server

    async def drain(running: Any) -> None:
        server.reactor.stop()

    put(server, drain=drain)


def day_old_links_are_cut() -> None:
    """As stock Daphne does."""
    from gateway.server import link

    check = link.Link.check_timeouts

    def check_timeouts(one: link.Link) -> None:
        if link.monotonic() - one.opened > 24 * 3600:
            one.dropConnection(abort=True)
        check(one)

    put(link.Link, check_timeouts=check_timeouts)


FAULTS: dict[str, Callable[[], None]] = {
    one.__name__: one
    for one in (
        reply_before_commit,
        no_natural_key,
        no_epoch_check,
        no_clearing_at_start,
        broken_handlers,
        any_answer,
        no_breaker,
        patience_without_end,
        no_drain,
        day_old_links_are_cut,
    )
}
