"""Is the database usable? Opens when commits have failed, or hung, for 5 s; closes by itself when one succeeds.

While it is open every unit of work is refused at once, links are closed (1013) and handshakes answered 503: a station
that is told to come back later keeps its messages, one that gets a CALLERROR discards them (core 3.7.1).
"""

import asyncio
import logging
from collections.abc import Callable

from django.db import OperationalError

logger = logging.getLogger(__name__)
PATIENCE_SECONDS = 5.0
STEP_SECONDS = 1.0


class DatabaseAway(OperationalError):
    """The breaker is open: nothing was tried."""


class Breaker:
    """`trip()` and `reset()` on the event loop; `on_trip` is called once for each time it opens."""

    def __init__(self) -> None:
        self.is_open = False
        self.on_trip: Callable[[], None] = lambda: None

    def trip(self, reason: object) -> None:
        if not self.is_open:
            self.is_open = True
            logger.error("The database is not usable (%s): links are closed until it is.", str(reason).strip())
            self.on_trip()

    def reset(self) -> None:
        if self.is_open:
            self.is_open = False
            logger.warning("The database is usable again.")


class Watch:
    """Calls `overdue(reason)` if it is not cancelled within 5 s; made on the event loop.

    The seconds are counted one by one: where this process or its machine was stopped meanwhile, so was the commit.
    """

    def __init__(self, overdue: Callable[[object], None]) -> None:
        self._overdue, self._left = overdue, PATIENCE_SECONDS
        self._step()

    def _step(self) -> None:
        if self._left <= 0:
            self._overdue("a commit hangs")
            return
        self._left -= STEP_SECONDS
        self._timer = asyncio.get_running_loop().call_later(STEP_SECONDS, self._step)

    def cancel(self) -> None:
        self._timer.cancel()


breaker = Breaker()
