"""One transaction of the writer: units of work run in order and committed together, a poisonous one failing alone.

A unit is a sync function that gets the Batch. Units run on the thread's own connection; once one of them fails they run
again, each in a savepoint of its own. Rows that are only inserted, and work that is cheaper for many at once, wait in
the Batch for the end.
"""

import logging
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db import Error, connection, transaction
from django.db.models import Model

from ocpp_ws.breaker import PATIENCE_SECONDS
from ocpp_ws.probe import AWAY, is_usable
from ocpp_ws.rows import Row, insert_rows

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 0.1
LONGEST_SECONDS = 0.5  # then no other unit is begun: with a slow database the rest gets a later transaction
DOUBT_SECONDS = 2.0  # then it is looked whether it is the database that fails
Insert = Callable[[type[Model], list[Row]], None]
Work = Callable[[list[Any], Insert], None]
Outcome = tuple[Any, BaseException | None]
Lock = tuple[type[Model], str, Any]
"""model, field, value: the row to lock before any unit of the batch runs"""


class UnitFailed(Exception):
    """The database fails again and again with this unit, and with nothing else."""


class Batch:
    """What the units of one transaction share; `held` are the rows that are locked for it."""

    def __init__(self, held: dict[Lock, Model]) -> None:
        self.held = held
        self._rows: dict[type[Model], list[Row]] = {}
        self._put_off: dict[Work, list[Any]] = {}

    def insert(self, model: type[Model], rows: list[Row]) -> None:
        """Add rows at the end of the batch; those that violate a unique key exist already and are left out."""
        self._rows.setdefault(model, []).extend(rows)

    def put_off(self, work: Work, item: Any) -> None:
        """Have `work(items, insert)` do it once for its like of all units, after the last unit."""
        self._put_off.setdefault(work, []).append(item)

    def work_off(self) -> None:
        """Do what was put off."""
        put_off, self._put_off = self._put_off, {}
        for work, items in put_off.items():
            work(items, self.insert)

    def flush(self) -> None:
        """Write the rows; nothing is read here."""
        for model, rows in self._rows.items():
            insert_rows(model, rows)

    def mark(self) -> dict[type[Model], int]:
        return {model: len(rows) for model, rows in self._rows.items()}

    def back_to(self, mark: dict[type[Model], int]) -> None:
        """Forget what a unit that failed has added."""
        self._put_off = {}  # those before it did theirs at once
        for model, rows in self._rows.items():
            del rows[mark.get(model, 0) :]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of work. Its `locks` are taken with those of the whole batch, in one order: no deadlock on them.

    `station` is whose it is, if it is one's: batches that run at the same time have no station in common. A `light` one
    has no statements of its own, it only adds to the batch.
    """

    run: Callable[[Batch], Any]
    locks: tuple[Lock, ...] = ()
    station: Hashable = None
    light: bool = False


def run_batch(units: list[Unit]) -> list[Outcome]:
    """Run and commit the units together; if that fails, each by itself, so that a poisonous one fails alone.

    Where it takes long there are fewer outcomes than units: the last ones were not run.
    """
    try:
        return retried(units)
    except AWAY as error:
        return [(None, error)] * len(units)  # the database is away: so it is for each of them
    except Exception as error:  # noqa: BLE001 - whatever the database makes of it
        if len(units) == 1:
            return [(None, error)]
        logger.warning("A batch of %d units failed (%r); each is run by itself.", len(units), error)
    return in_time(units, time.monotonic(), lambda unit: run_batch([unit])[0], light_is_quick=False)


def retried(units: list[Unit]) -> list[Outcome]:
    """A deadlock, a serialization failure, a busy or restarting database passes: try for 5 s.

    Raises UnitFailed after 2 s where the database takes other commits, before the last try and after it (one statement
    too large for it, say). Once is not enough: it may have come back between a try and the look.
    """
    started, was_usable = time.monotonic(), False
    while True:
        try:
            return in_one_transaction(units)
        except AWAY as error:
            connection.close()  # a broken connection is replaced at the next try
            tried_for = time.monotonic() - started
            if tried_for > PATIENCE_SECONDS - PAUSE_SECONDS:
                raise
            if tried_for > DOUBT_SECONDS:
                usable = is_usable()
                if usable and was_usable:
                    raise UnitFailed(str(error).strip()) from error
                was_usable = usable
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
    started = time.monotonic()
    with transaction.atomic(durable=True):
        batch = Batch(take_locks(units))
        outcomes = in_time(units, started, lambda unit: run(unit, batch))
        batch.work_off()
        with ended_in_one_trip():
            batch.flush()
    return outcomes


def in_time(
    units: list[Unit], started: float, run: Callable[[Unit], Outcome], *, light_is_quick: bool = True
) -> list[Outcome]:
    """The outcomes of the first one and of those behind it that can be begun in time."""
    outcomes: list[Outcome] = []
    for unit in units:
        quick = unit.light and light_is_quick
        if outcomes and not quick and time.monotonic() - started > LONGEST_SECONDS:
            break
        outcomes.append(run(unit))
    return outcomes


@contextmanager
def ended_in_one_trip() -> Iterator[None]:
    """On PostgreSQL the last statements and the COMMIT go out together; their row counts are not known inside."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield
        connection.connection.commit()  # Django's own COMMIT then finds nothing to do


def bare(unit: Unit, batch: Batch) -> Outcome:
    return unit.run(batch), None


def take_locks(units: list[Unit]) -> dict[Lock, Model]:
    """Stations first, then cards, each by primary key: two writers never wait for each other in a circle."""
    held: dict[Lock, Model] = {}
    if not connection.features.has_select_for_update:
        return held
    wanted: dict[tuple[type[Model], str], set[Any]] = {}
    for model, field, value in chain.from_iterable(unit.locks for unit in units):
        wanted.setdefault((model, field), set()).add(value)
    for model, field in sorted(wanted, key=lambda key: key[0]._meta.label, reverse=True):
        rows = model._default_manager.filter(**{f"{field}__in": wanted[model, field]})
        weak = connection.features.has_select_for_no_key_update  # rows that refer to these are still inserted
        for row in rows.order_by("pk").select_for_update(no_key=weak):
            held[model, field, getattr(row, field)] = row
    return held


def in_savepoint(unit: Unit, batch: Batch) -> Outcome:
    mark = batch.mark()
    try:
        with transaction.atomic():
            result = unit.run(batch)
            batch.work_off()  # now: at the end it would fail for all
            return result, None
    except AWAY:
        raise  # the transaction as a whole is lost: deadlock, serialization, busy, connection gone
    except Exception as error:  # noqa: BLE001 - the unit's own fault: it fails, the others go on
        batch.back_to(mark)
        level = logging.ERROR if isinstance(error, Error) else logging.DEBUG
        logger.log(level, "A unit of work failed: %r", error)
        return None, error
