"""Guards switched off, one at a time: the test that watches over each must fail."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ocpp_ws import breaker, links, process, release, silence, takeover
from ocpp_ws.outgoing import Outgoing
from ocpp_ws.protocol import Call, Peer
from ocpp_ws.protocol.line import Line
from ocpp_ws.writer import writer
from sessions_app.services import start as sessions
from stations import giving, outbox, pings
from stations import links as station_links
from stations.models import ChargingStation, command
from tests.reliability.faults.put import always, edit, put


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
    create, found, unknown = sessions.create, sessions.same_start, always(None)

    def another(start: Any, held: Any, place: Any, generation: int) -> Any:
        put(sessions, same_start=found)
        try:
            return create(start, held, place, generation=int(time.time()))
        finally:
            put(sessions, same_start=unknown)

    put(sessions, same_start=unknown, create=another)


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
    put(process, clear_slot=always(None))


def any_answer() -> None:
    """An answer is taken for that of the CALL that waits, whatever its message id."""

    def claim(line: Line, unique_id: str, now: float) -> Any:
        sent, line.outstanding = line.outstanding, None
        return sent and (sent, False)

    put(Line, claim=claim)


def message_log_apart() -> None:
    """The message log is written after the reply, in a commit of its own."""

    async def commit(
        self: links.Link, call: Call, now: datetime, unit: Any, locks: Any = (), *, light: bool = False
    ) -> links.Payload:
        answer: links.Payload = await writer.commit(unit, locks, station=self.station_id, light=light)
        self.log(call, answer, now)
        return answer

    put(links.Link, commit=commit)


def commits_by_the_clock() -> None:
    """A commit that was begun more than 5 s ago hangs, whatever this process did meanwhile."""
    loop = asyncio.get_running_loop

    def step(self: breaker.Watch) -> None:
        begun = vars(self).setdefault("begun", time.monotonic())
        if time.monotonic() - begun > breaker.PATIENCE_SECONDS:
            self._overdue("a commit hangs")
            return
        self._timer = loop().call_later(breaker.STEP_SECONDS, self._step)

    put(breaker.Watch, _step=step)


def negative_durations() -> None:
    """The time between two readings of a clock that was set meanwhile is shown as it is."""
    edit(command.elapsed_ms, "max(0, ", "int(")


def no_timeouts() -> None:
    """The server pings nobody and cuts nobody."""
    from gateway.server import link

    put(link, check_timeouts=always(None))


def pings_for_ever() -> None:
    """A station that has answered no ping is pinged all the same."""
    edit(pings.never_ponged, "third.update(pings=Pings.OFF, ping_cut_at=None, ping_cut_before_at=None)", "False")


def every_link_lives() -> None:
    """An old link is not asked for a sign of life, and nobody may take over from it."""

    async def may_enter(standing: Any) -> bool:
        return False

    put(takeover, may_enter=may_enter)


def doorbell_alone() -> None:
    """A command whose ring was lost waits for the next one."""
    edit(process.look_at_outbox, "link.wake()", "pass")


def newest_first() -> None:
    edit(outbox.take_next, 'order_by("pk")', 'order_by("-pk")')


def many_outstanding() -> None:
    """A CALL is sent while another one waits for its answer."""
    edit(Outgoing._run, "not self._link.peer.busy", "True")
    edit(Peer.call, "if self.busy:", "if False:")


def sent_again() -> None:
    """A command whose link was lost goes out on the next one."""
    edit(outbox.end_sent, "end(mine, State.UNKNOWN, reason=reason, now=now)", "mine.update(state=State.QUEUED)")
    edit(outbox.end_of_link, "NOT_PATIENT, ", "pk=0, ")


def no_idempotency_key() -> None:
    edit(giving.mark, 'how.get("idempotency_key")', "None")


def sent_ones_taken_back() -> None:
    edit(giving.cancel, "state=State.QUEUED", "state__in=Command.OPEN")


def no_breaker() -> None:
    put(breaker.Breaker, trip=always(None))


def patience_without_end() -> None:
    """Whoever asks the database waits until it answers."""
    put(silence, limit=lambda: None)


def no_drain() -> None:
    """SIGTERM ends the process without a word to anybody."""
    from gateway.server import server as serving

    async def drain(server: Any) -> None:
        serving.reactor.stop()

    put(serving, drain=drain)


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
        message_log_apart,
        no_natural_key,
        no_epoch_check,
        no_clearing_at_start,
        any_answer,
        no_breaker,
        patience_without_end,
        no_drain,
        day_old_links_are_cut,
        commits_by_the_clock,
        negative_durations,
        no_timeouts,
        pings_for_ever,
        every_link_lives,
        doorbell_alone,
        newest_first,
        many_outstanding,
        sent_again,
        no_idempotency_key,
        sent_ones_taken_back,
    )
}
