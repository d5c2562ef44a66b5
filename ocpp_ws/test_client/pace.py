"""The time between two meter values: the real one, or none."""

import asyncio
from typing import Protocol

from ocpp.v16.enums import Reason

from .configuration import Configuration

FAST_SAMPLES = 5


class Pace(Protocol):
    async def pause(self, stopping: "asyncio.Future[Reason]") -> float:
        """Wait for the next sample or for `stopping`; returns the seconds for which the car charged meanwhile."""


class RealTime:
    """One sample per MeterValueSampleInterval (0: none), on a grid that slow answers do not shift."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._now = asyncio.get_running_loop().time
        self._due = self._last = self._now()

    async def pause(self, stopping: "asyncio.Future[Reason]") -> float:
        interval = self._configuration.seconds("MeterValueSampleInterval")
        self._due = max(self._due + interval, self._now())
        await asyncio.wait({stopping}, timeout=self._due - self._now() if interval else None)
        elapsed, self._last = self._now() - self._last, self._now()
        return elapsed


class Fast:
    """A handful of samples at once, each as if one interval of charging had passed; then the driver stops."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._left = FAST_SAMPLES

    async def pause(self, stopping: "asyncio.Future[Reason]") -> float:
        if not self._left and not stopping.done():
            stopping.set_result(Reason.local)
        if stopping.done():
            return 0.0
        self._left -= 1
        return self._seconds
