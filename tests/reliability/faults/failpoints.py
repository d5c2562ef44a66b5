"""Places where the process kills itself, at the FAULT_AFTER-th time that it comes there; and bugs of ours."""

import os
import random
import signal
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

from ocpp_ws import admission, batch, consumers, dead_letters, handlers, writer
from ocpp_ws.handlers import HANDLERS
from ocpp_ws.protocol import Call
from sessions_app.services.start import NOTHING
from tests.reliability.faults.put import put

_passed = count(1)


def die_in_time() -> None:
    if next(_passed) == int(os.environ.get("FAULT_AFTER", "1")):
        os.kill(os.getpid(), signal.SIGKILL)


def before_transaction() -> None:
    original = batch.in_one_transaction

    def dying(units: list[batch.Unit]) -> list[batch.Outcome]:
        die_in_time()
        return original(units)

    put(batch, in_one_transaction=dying)


def before_commit() -> None:
    """All rows are written, none is committed."""
    original = batch.Batch.flush

    def dying(self: batch.Batch) -> None:
        original(self)
        die_in_time()

    put(batch.Batch, flush=dying)


def after_commit() -> None:
    """Committed, but nobody has been told."""
    original = writer.run_batch

    def dying(units: list[batch.Unit]) -> list[batch.Outcome]:
        outcomes = original(units)
        die_in_time()
        return outcomes

    put(writer, run_batch=dying)


def after_start() -> None:
    """The same, and a session has begun in that commit."""
    run, begin, started = writer.run_batch, handlers.start_session, list[Any]()

    def noting(start: Any, held: Any = NOTHING) -> Any:
        session = begin(start, held)
        started.append(session)
        return session

    def dying(units: list[batch.Unit]) -> list[batch.Outcome]:
        started.clear()
        outcomes = run(units)
        if started:
            die_in_time()
        return outcomes

    put(handlers, start_session=noting)
    put(writer, run_batch=dying)


def in_takeover() -> None:
    """The new link is in the database, the old one is still served."""
    original = admission.put_out_former

    async def dying(opened: Any) -> None:
        if opened.former:
            die_in_time()
        await original(opened)

    put(consumers, put_out_former=dying)


def in_dead_letter() -> None:
    """The frame that our own fault has hit is kept, its station has not been answered."""
    original = dead_letters.bury

    async def dying(link: Any, call: Any, error: Exception, now: datetime) -> Any:
        answer = await original(link, call, error, now)
        die_in_time()
        return answer

    put(dead_letters, bury=dying)


def broken_handlers() -> None:
    """What dead letters are for: a third of the transaction messages meets a bug of ours."""
    broken = {action: failing(HANDLERS[action]) for action in ("StartTransaction", "MeterValues", "StopTransaction")}
    put(consumers, HANDLERS=HANDLERS | broken)


def failing(handler: Any) -> Any:
    async def sometimes(link: Any, call: Call, now: datetime) -> Any:
        if random.random() < 0.3:
            raise RuntimeError("a bug of ours")
        return await handler(link, call, now)

    return sometimes


FAULTS: dict[str, Callable[[], None]] = {
    "die_before_transaction": before_transaction,
    "die_before_commit": before_commit,
    "die_after_commit": after_commit,
    "die_after_start": after_start,
    "die_in_takeover": in_takeover,
    "die_in_dead_letter": in_dead_letter,
    "broken_handlers": broken_handlers,
}
