"""A connection to PostgreSQL that does not wait for an answer for ever."""

from collections.abc import Generator
from typing import Any, TypeVar

from psycopg import Connection, OperationalError

from ocpp_ws import silence

R = TypeVar("R")
STEP_SECONDS = 0.1  # psycopg wakes its generators so often


class BoundedConnection(Connection[Any]):
    """Gives up, and is closed, after ocpp_ws.silence.limit(). Raises OperationalError then."""

    def wait(self, gen: Generator[Any, Any, R], interval: float = STEP_SECONDS, *more: Any, **named: Any) -> R:
        """`more` and `named` are psycopg's own, which 3.2 has none of."""
        seconds = silence.limit()
        if seconds is None:
            return super().wait(gen, interval, *more, **named)
        try:
            return super().wait(bounded(gen, seconds), STEP_SECONDS, *more, **named)
        except Silent:
            self.close()  # whatever it brings now is no answer any more
            raise


class Silent(OperationalError):
    pass


def bounded(gen: Generator[Any, Any, R], seconds: float) -> Generator[Any, Any, R]:
    """The same generator, which raises Silent once nothing has come for so long.

    The steps are counted, no clock is asked: where this process or its machine was stopped meanwhile, that was not the
    database's time.
    """
    waited = 0
    try:
        wish = next(gen)
        while True:
            ready = yield wish
            waited = 0 if ready else waited + 1
            if waited * STEP_SECONDS > seconds:
                raise Silent(f"the database server has not answered for {seconds:g} s")
            wish = gen.send(ready)
    except StopIteration as ended:
        result: R = ended.value
        return result
