"""Whose turn it is: which waiting units go into the next batch, beside those that run. No clock, no event loop."""

from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import count
from math import inf
from typing import Any

from ocpp_ws.batch import Unit

LARGEST_BATCH = 256


@dataclass(slots=True, eq=False)
class Entry:
    """A unit, its waiter, and the how-manieth it is."""

    unit: Unit
    future: "Future[Any]"
    number: int


class Turns:
    """The queue of units. Each batch of `running` holds one of the `lanes`.

    Units of one station run in their order; one of no single station runs after all that came before it. While the
    database is `slow`, light units wait for no other's statements: they go first, on up to half of the lanes, and one
    is always theirs.
    """

    def __init__(self, lanes: int) -> None:
        self.waiting: deque[Entry] = deque()
        self.running: list[list[Entry]] = []
        self.slow = False
        self._lanes = lanes
        self._share = 1  # how many units that are not light a batch has time for
        self._numbers = count()

    def add(self, unit: Unit, future: "Future[Any]") -> None:
        self.waiting.append(Entry(unit, future, next(self._numbers)))

    def take(self) -> list[Entry]:
        """The next batch, which runs from now on; empty where nothing may."""
        batch = next((batch for kinds in self._kinds() if (batch := self._take(kinds))), [])
        if batch:
            self.running.append(batch)
        return batch

    def _take(self, kinds: set[bool]) -> list[Entry]:
        others = [entry for batch in self.running for entry in batch]
        busy, oldest = {entry.unit.station for entry in others}, min((entry.number for entry in others), default=inf)
        most = LARGEST_BATCH if True in kinds else self._share
        batch, left = list[Entry](), list[Entry]()
        while self.waiting and len(batch) < most:
            entry = self.waiting.popleft()
            unit = entry.unit
            too_early = unit.station is None and (left or oldest < entry.number)
            if too_early or unit.station in busy or unit.light not in kinds:
                left.append(entry)
                busy.add(unit.station)
            else:
                batch.append(entry)
        self.waiting.extendleft(reversed(left))
        return batch

    def ended(self, batch: list[Entry], done: int) -> None:
        """So many of its units were run; the others come first now."""
        self.running.remove(batch)
        self.waiting.extendleft(reversed(batch[done:]))
        if done < len(batch):
            self._share = done
        elif not is_light(batch):
            self._share = min(2 * self._share, LARGEST_BATCH)

    def _kinds(self) -> list[set[bool]]:
        """Which units may go into the next batch, what is tried first: light ones (True), others (False)."""
        if len(self.running) == self._lanes:
            return []
        if self._lanes == 1 or not self.slow:
            return [{True, False}]
        light = sum(is_light(batch) for batch in self.running)
        others = len(self.running) - light
        return [{True}] * (light < self._lanes / 2) + [{False}] * (others < self._lanes - 1)


def is_light(batch: list[Entry]) -> bool:
    return all(entry.unit.light for entry in batch)
