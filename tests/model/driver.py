"""Stations of this process, driven from tests that are not async themselves: Hypothesis runs those."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from tests.ocpp_ws.charger import Charger
from tests.ocpp_ws.conftest import quiet

T = TypeVar("T")


class Driver:
    """An event loop that runs only while somebody waits for something on it."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def run(self, job: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(job)

    def connect(self, cp_id: str) -> Charger:
        return self.run(Charger(cp_id).connected())

    def close(self) -> None:
        """Every link is hung up, everything posted is stored, no task is left."""
        while Charger.started:
            self.run(Charger.started.pop().hang_up())
        self.run(quiet())
        self._runner.close()


@contextmanager
def driver() -> Iterator[Driver]:
    driving = Driver()
    try:
        yield driving
    finally:
        driving.close()
