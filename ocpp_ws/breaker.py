"""Is the database usable? Opens when commits have failed, or hung, for 5 s; closes by itself when one succeeds.

While it is open every unit of work is refused at once, links are closed (1013) and handshakes answered 503: a station
that is told to come back later keeps its messages, one that gets a CALLERROR discards them (core 3.7.1).
"""

import logging
from collections.abc import Callable

from django.db import OperationalError

logger = logging.getLogger(__name__)
PATIENCE_SECONDS = 5.0


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


breaker = Breaker()
