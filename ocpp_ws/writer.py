"""Group commit: one writer per process takes what all links brought while its last commit ran.

A unit of work is a sync function that gets the Batch. Units of one batch run in order on the writer's own connection,
in one transaction; once one of them fails they run again, each in a savepoint of its own. Their waiters are resolved
after COMMIT, so a reply to a station is a receipt. There is no timer: batches grow with load by themselves.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db import Error, InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Model

from ocpp_ws.breaker import PATIENCE_SECONDS, DatabaseAway, Watch, breaker
from ocpp_ws.rows import Row, insert_rows
from sessions_app.models import TransactionIdCounter

logger = logging.getLogger(__name__)
LARGEST_BATCH = 256
PAUSE_SECONDS = 0.1
AWAY = (OperationalError, InterfaceError)  # not the unit's fault, but the database's


class Batch:
    """What the units of one transaction share: rows that are only inserted are gathered and written together."""

    def __init__(self) -> None:
        self._rows: dict[type[Model], list[Row]] = {}

    def insert(self, model: type[Model], rows: list[Row]) -> None:
        """Add rows at the end of the batch; those that violate a unique key exist already and are left out."""
        self._rows.setdefault(model, []).extend(rows)

    def flush(self) -> None:
        for model, rows in self._rows.items():
            insert_rows(model, rows)

    def mark(self) -> dict[type[Model], int]:
        return {model: len(rows) for model, rows in self._rows.items()}

    def back_to(self, mark: dict[type[Model], int]) -> None:
        """Forget what a unit that failed has added."""
        for model, rows in self._rows.items():
            del rows[mark.get(model, 0) :]


Lock = tuple[type[Model], str, Any]
"""model, field, value: the row to lock before any unit of the batch runs"""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of work. Its `locks` are taken with those of the whole batch, in one order: no deadlock on them."""

    run: Callable[[Batch], Any]
    locks: tuple[Lock, ...] = ()


class Writer:
    """The group commit of one process; starts with its first unit."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Unit, Future[Any]]] = deque()
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._busy = False

    async def commit(self, run: Callable[[Batch], Any], locks: tuple[Lock, ...] = ()) -> Any:
        """Run `run(batch)` and return its result once it is committed. Raises what it raised."""
        return await asyncio.wrap_future(self.post(run, locks))

    def post(self, run: Callable[[Batch], Any], locks: tuple[Lock, ...] = ()) -> "Future[Any]":
        """The same without waiting for it; call it on the event loop."""
        future: Future[Any] = Future()
        if breaker.is_open:
            future.set_exception(DatabaseAway("the database is not usable"))
            return future
        self._waiting.append((Unit(run, locks), future))
        if not self._busy:
            self._busy = True
            asyncio.get_running_loop().call_soon(self._next_batch)
        return future

    def _next_batch(self) -> None:
        """Everything that waits goes into the next transaction, in one hop to the writer's thread."""
        taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), LARGEST_BATCH))]
        loop = asyncio.get_running_loop()
        overdue = Watch(breaker.trip)
        running = loop.run_in_executor(self._executor, run_batch, [unit for unit, _ in taken])
        running.add_done_callback(lambda done: self._committed(done, [future for _, future in taken], overdue))

    def _committed(self, done: "asyncio.Future[list[Outcome]]", futures: "list[Future[Any]]", overdue: Watch) -> None:
        overdue.cancel()
        outcomes = done.result()
        away = next((failure for _, failure in outcomes if isinstance(failure, AWAY)), None)
        if away:
            breaker.trip(away)
        for future, outcome in zip(futures, outcomes, strict=True):
            resolve(future, outcome)
        if breaker.is_open:
            while self._waiting:
                resolve(self._waiting.popleft()[1], (None, DatabaseAway("the database is not usable")))
        self._busy = bool(self._waiting)
        if self._busy:
            self._next_batch()

    async def try_again(self) -> None:
        """Close the breaker if a commit succeeds now; raises what it failed with."""
        await asyncio.get_running_loop().run_in_executor(self._executor, commit_something)
        breaker.reset()


Outcome = tuple[Any, BaseException | None]


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


def run_batch(units: list[Unit]) -> list[Outcome]:
    """Run and commit the units together; if that fails, each by itself, so that a poisonous one fails alone."""
    try:
        return retried(units)
    except AWAY as error:
        return [(None, error)] * len(units)  # the database is away: so it is for each of them
    except Exception as error:  # noqa: BLE001 - whatever the database makes of it
        if len(units) == 1:
            return [(None, error)]
        logger.warning("A batch of %d units failed (%r); each is run by itself.", len(units), error)
    return [outcome for unit in units for outcome in run_batch([unit])]


def retried(units: list[Unit]) -> list[Outcome]:
    """A deadlock, a serialization failure, a busy or restarting database passes: try for 5 s."""
    started = time.monotonic()
    while True:
        try:
            return in_one_transaction(units)
        except AWAY as error:
            connection.close()  # a broken connection is replaced at the next try
            if time.monotonic() - started > PATIENCE_SECONDS - PAUSE_SECONDS:
                raise
            logger.warning("Commit failed (%s); tried again.", str(error).strip())
            time.sleep(PAUSE_SECONDS)  # on the writer's thread: nothing else could be committed meanwhile


def in_one_transaction(units: list[Unit]) -> list[Outcome]:
    """Without savepoints first, for they are two of a unit's three round trips; with them once a unit has failed."""
    try:
        return together(units, bare)
    except AWAY:
        raise
    except Exception as error:  # noqa: BLE001 - whose fault it was shows the second time
        logger.debug("A batch of %d units is run again with savepoints: %r", len(units), error)
        return together(units, in_savepoint)


def together(units: list[Unit], run: Callable[[Unit, Batch], Outcome]) -> list[Outcome]:
    batch = Batch()
    with transaction.atomic():
        take_locks(units)
        outcomes = [run(unit, batch) for unit in units]
        batch.flush()
    return outcomes


def bare(unit: Unit, batch: Batch) -> Outcome:
    return unit.run(batch), None


def take_locks(units: list[Unit]) -> None:
    """Stations first, then cards, each by primary key: two processes never wait for each other in a circle."""
    if not connection.features.has_select_for_update:
        return
    wanted: dict[tuple[type[Model], str], set[Any]] = {}
    for model, field, value in chain.from_iterable(unit.locks for unit in units):
        wanted.setdefault((model, field), set()).add(value)
    for model, field in sorted(wanted, key=lambda key: key[0]._meta.label, reverse=True):
        rows = model._default_manager.filter(**{f"{field}__in": wanted[model, field]})
        weak = connection.features.has_select_for_no_key_update  # rows that refer to these are still inserted
        list(rows.order_by("pk").select_for_update(no_key=weak).values_list("pk"))


def in_savepoint(unit: Unit, batch: Batch) -> Outcome:
    mark = batch.mark()
    try:
        with transaction.atomic():
            return unit.run(batch), None
    except AWAY:
        raise  # the transaction as a whole is lost: deadlock, serialization, busy, connection gone
    except Exception as error:  # noqa: BLE001 - the unit's own fault: it fails, the others go on
        batch.back_to(mark)
        level = logging.ERROR if isinstance(error, Error) else logging.DEBUG
        logger.log(level, "A unit of work failed: %r", error)
        return None, error


writer = Writer()
