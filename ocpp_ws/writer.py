"""Group commit: one writer per process takes what all links brought while its last commit ran.

Waiters are resolved after COMMIT, so a reply to a station is a receipt. There is no timer: batches grow with load by
themselves. On PostgreSQL a commit that is slow does not hold up the next one: it goes its way on another lane, with the
units of other stations (docs/adr/0007-lanes-for-a-slow-database.md).
"""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from math import inf
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from ocpp_ws.batch import AWAY, Batch, Lock, Outcome, Unit, run_batch
from ocpp_ws.breaker import PATIENCE_SECONDS, DatabaseAway, breaker
from sessions_app.models import TransactionIdCounter

LARGEST_BATCH = 256
LANES = 4 if connection.vendor == "postgresql" else 1  # SQLite has one writer
SLOW_SECONDS = 0.25  # then a commit is not waited for


@dataclass(slots=True, eq=False)
class Entry:
    """A unit, its waiter, and the how-manieth it is."""

    unit: Unit
    future: "Future[Any]"
    number: int


@dataclass(slots=True, eq=False)
class Run:
    """A batch on its way."""

    entries: list[Entry]
    lane: ThreadPoolExecutor
    done: "asyncio.Future[list[Outcome]]"
    timers: tuple[asyncio.TimerHandle, ...] = ()


class Writer:
    """The group commit of one process; starts with its first unit."""

    def __init__(self) -> None:
        self._waiting: deque[Entry] = deque()
        self._lanes = [ThreadPoolExecutor(1, thread_name_prefix=f"writer-{number}") for number in range(LANES)]
        self._running: list[Run] = []
        self._fresh: Run | None = None  # the one that is not slow yet: what comes meanwhile waits for it
        self._called = False
        self._numbers = count()

    async def commit(
        self, run: Callable[[Batch], Any], locks: tuple[Lock, ...] = (), *, station: Hashable = None
    ) -> Any:
        """Run `run(batch)` and return its result once it is committed. Raises what it raised.

        Units of one `station` keep their order. A unit of no single one comes after all that were posted before it.
        """
        return await asyncio.wrap_future(self.post(run, locks, station=station))

    def post(
        self, run: Callable[[Batch], Any], locks: tuple[Lock, ...] = (), *, station: Hashable = None
    ) -> "Future[Any]":
        """The same without waiting for it; call it on the event loop."""
        future: Future[Any] = Future()
        if breaker.is_open:
            future.set_exception(away())
            return future
        self._waiting.append(Entry(Unit(run, locks, station), future, next(self._numbers)))
        if not self._called:
            self._called = True
            asyncio.get_running_loop().call_soon(self._next_batch)
        return future

    def _next_batch(self) -> None:
        """Everything that may run now goes into one transaction, in one hop to a thread."""
        self._called = False
        free = [lane for lane in self._lanes if all(run.lane is not lane for run in self._running)]
        if self._fresh or not free or not (entries := self._take()):
            return
        loop = asyncio.get_running_loop()
        run = Run(entries, free[0], loop.run_in_executor(free[0], run_batch, [entry.unit for entry in entries]))
        run.timers = (
            loop.call_later(SLOW_SECONDS, self._go_on_after, run),
            loop.call_later(PATIENCE_SECONDS, self._give_up, "a commit hangs"),
        )
        self._running.append(run)
        self._fresh = run
        run.done.add_done_callback(lambda _: self._committed(run))

    def _take(self) -> list[Entry]:
        """What may run beside the running batches: in order, and nothing of their stations."""
        running = [entry for run in self._running for entry in run.entries]
        busy = {entry.unit.station for entry in running}
        oldest = min((entry.number for entry in running), default=inf)
        taken: list[Entry] = []
        left: list[Entry] = []
        while self._waiting and len(taken) < LARGEST_BATCH:
            entry = self._waiting.popleft()
            station = entry.unit.station
            if station in busy or (station is None and (left or oldest < entry.number)):
                left.append(entry)
                busy.add(station)
            else:
                taken.append(entry)
        self._waiting.extendleft(reversed(left))
        return taken

    def _go_on_after(self, run: Run) -> None:
        """It has ended, or is slow."""
        if self._fresh is run:
            self._fresh = None
        self._next_batch()

    def _committed(self, run: Run) -> None:
        for timer in run.timers:
            timer.cancel()
        self._running.remove(run)
        outcomes = run.done.result()
        failure = next((failure for _, failure in outcomes if isinstance(failure, AWAY)), None)
        self._waiting.extendleft(reversed(run.entries[len(outcomes) :]))  # there was no time for them
        if failure:
            self._give_up(failure)
        for entry, outcome in zip(run.entries, outcomes, strict=False):
            resolve(entry.future, outcome)
        self._go_on_after(run)

    def _give_up(self, reason: object) -> None:
        """The database is away: so it is for all that wait."""
        breaker.trip(reason)
        while self._waiting:
            resolve(self._waiting.popleft().future, (None, away()))

    async def try_again(self) -> None:
        """Close the breaker if a commit succeeds now; raises what it failed with."""
        while self._running:  # one that hangs still holds its locks, and its stations up
            await asyncio.wait([run.done for run in self._running])
        await asyncio.get_running_loop().run_in_executor(self._lanes[0], commit_something)
        breaker.reset()


def away() -> DatabaseAway:
    return DatabaseAway("the database is not usable")


def resolve(future: "Future[Any]", outcome: Outcome) -> None:
    if not future.set_running_or_notify_cancel():
        return  # its waiter is gone; the work is committed all the same
    result, failure = outcome
    if failure is None:
        future.set_result(result)
    else:
        future.set_exception(failure)


def knock() -> None:
    """Ask PostgreSQL itself: its pool tries again after 1, 2, 4 ... s only; start it anew once the server is back."""
    if connection.vendor != "postgresql":
        return
    probe = connection.copy("knock")
    options = {name: value for name, value in probe.settings_dict["OPTIONS"].items() if name != "pool"}
    probe.settings_dict = {**probe.settings_dict, "OPTIONS": options | {"connect_timeout": 3}}
    try:
        probe.ensure_connection()
    finally:
        probe.close()
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def commit_something() -> None:
    """A write that changes nothing: a full disk refuses it as well as a lock or a server that is away."""
    knock()
    try:
        with transaction.atomic():
            if not TransactionIdCounter.objects.filter(pk=1).update(value=F("value")):
                TransactionIdCounter.objects.bulk_create([TransactionIdCounter(pk=1)], ignore_conflicts=True)
    except AWAY:
        connection.close()
        raise


writer = Writer()
