"""Group commit: one writer per process takes what all links brought while its last commit ran.

Waiters are resolved after COMMIT, so a reply to a station is a receipt. There is no timer: batches grow with load by
themselves. On PostgreSQL a commit that is slow does not hold up the next one: it goes its way on another lane, with the
units of other stations (docs/adr/0007-lanes-for-a-slow-database.md).
"""

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection

from ocpp_ws import silence
from ocpp_ws.batch import AWAY, Batch, Lock, Outcome, Unit, run_batch
from ocpp_ws.breaker import PATIENCE_SECONDS, DatabaseAway, Watch, breaker
from ocpp_ws.probe import knock
from ocpp_ws.turns import Entry, Turns

LANES = 4 if connection.vendor == "postgresql" else 1  # SQLite has one writer
SLOW_SECONDS = 0.25  # then a commit is not waited for


class Writer:
    """The group commit of one process; starts with its first unit."""

    def __init__(self) -> None:
        self._turns = Turns(LANES)
        self._lanes = [lane(f"writer-{number}") for number in range(LANES)]
        self._hops: dict[ThreadPoolExecutor, asyncio.Future[list[Outcome]]] = {}  # of the batches on their way
        self._fresh: asyncio.Future[list[Outcome]] | None = None  # not slow yet: what comes meanwhile waits for it
        self._called = False

    async def commit(
        self, run: Callable[[Batch], Any], locks: tuple[Lock, ...] = (), *, station: Hashable = None,
        light: bool = False,
    ) -> Any:  # fmt: skip
        """Run `run(batch)` and return its result once it is committed. Raises what it raised.

        Units of one `station` keep their order. A unit of no single one comes after all that were posted before it.
        """
        return await asyncio.wrap_future(self.post(run, locks, station=station, light=light))

    def post(
        self, run: Callable[[Batch], Any], locks: tuple[Lock, ...] = (), *, station: Hashable = None,
        light: bool = False,
    ) -> "Future[Any]":  # fmt: skip
        """The same without waiting for it; call it on the event loop."""
        future: Future[Any] = Future()
        if breaker.is_open:
            future.set_exception(away())
            return future
        self._turns.add(Unit(run, locks, station, light), future)
        if not self._called:
            self._called = True
            asyncio.get_running_loop().call_soon(self._next_batch)
        return future

    def _next_batch(self) -> None:
        """Everything whose turn it is goes into one transaction; where commits are slow, into one on each free lane."""
        self._called = False
        while (self._turns.slow or not self._fresh) and (batch := self._turns.take()):
            self._start(batch)

    def _start(self, batch: list[Entry]) -> None:
        """One hop to a thread."""
        loop = asyncio.get_running_loop()
        lane = next(lane for lane in self._lanes if lane not in self._hops)
        hop = loop.run_in_executor(lane, run_batch, [entry.unit for entry in batch])
        self._hops[lane] = self._fresh = hop
        slow = loop.call_later(SLOW_SECONDS, self._is_slow)
        overdue = Watch(self._give_up)

        def committed(_: Any) -> None:
            slow.cancel()
            overdue.cancel()
            del self._hops[lane]
            if self._fresh is hop:
                self._fresh, self._turns.slow = None, False
            self._committed(batch, hop.result())

        hop.add_done_callback(committed)

    def _is_slow(self) -> None:
        """The fresh one is not fresh any more."""
        self._fresh, self._turns.slow = None, True
        self._next_batch()

    def _committed(self, batch: list[Entry], outcomes: list[Outcome]) -> None:
        self._turns.ended(batch, len(outcomes))
        failure = next((failure for _, failure in outcomes if isinstance(failure, AWAY)), None)
        if failure or breaker.is_open:
            self._give_up(failure)
        for entry, outcome in zip(batch, outcomes, strict=False):
            resolve(entry.future, outcome)
        self._next_batch()

    def _give_up(self, reason: object) -> None:
        """The database is away: so it is for all that wait."""
        breaker.trip(reason)
        while self._turns.waiting:
            resolve(self._turns.waiting.popleft().future, (None, away()))

    async def try_again(self) -> None:
        """Close the breaker if a commit succeeds now; raises what it failed with."""
        while self._hops:  # one that hangs still holds its locks, and its stations up
            await asyncio.wait(self._hops.values())
        await asyncio.get_running_loop().run_in_executor(self._lanes[0], knock)
        breaker.reset()


def lane(name: str) -> ThreadPoolExecutor:
    """A thread that gives a statement no more time than the breaker gives its commit: one that hung for ever would
    stand in the way of every recovery."""
    return silence.executor(name, 1, PATIENCE_SECONDS)


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


writer = Writer()
