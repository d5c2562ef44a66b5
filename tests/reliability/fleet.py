"""Many simulated stations, living as tasks beside the test."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from tests.reliability.simulated import Acknowledged, SimulatedStation


class Fleet:
    def __init__(self, size: int, urls: list[str], *, seed: int = 1, pace: float = 0.0) -> None:
        self.stations = [
            SimulatedStation(f"SIM_{number:04}", urls, seed=seed, pace=pace) for number in range(1, size + 1)
        ]
        self.tasks: list[asyncio.Task[None]] = []
        self.progress = asyncio.Condition()
        for station in self.stations:
            station.on_acknowledged = self.on_acknowledged

    def start(self) -> None:
        self.tasks = [asyncio.create_task(station.live()) for station in self.stations]

    def on_acknowledged(self) -> None:
        task = asyncio.create_task(self._notify())
        self._notifying = task

    async def _notify(self) -> None:
        async with self.progress:
            self.progress.notify_all()

    @property
    def acknowledged(self) -> list[Acknowledged]:
        return [one for station in self.stations for one in station.acknowledged]

    @property
    def count(self) -> int:
        return sum(len(station.acknowledged) for station in self.stations)

    @property
    def resent(self) -> int:
        return sum(station.resent for station in self.stations)

    @property
    def call_errors(self) -> list[list]:
        return [frame for station in self.stations for frame in station.call_errors]

    @property
    def energy_wh(self) -> int:
        return sum(station.energy_wh for station in self.stations)

    async def more(self, messages: int, seconds: float = 60.0) -> None:
        """Until that many further messages are acknowledged."""
        goal = self.count + messages
        try:
            async with asyncio.timeout(seconds), self.progress:
                await self.progress.wait_for(lambda: self.count >= goal)
        except TimeoutError:
            raise AssertionError(f"{self.count} of {goal} acknowledged; {self.stations[0].trouble!r}") from None

    async def all_connected(self, seconds: float = 60.0) -> None:
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(station.connected.wait() for station in self.stations))

    async def finish(self, seconds: float = 60.0) -> None:
        """Let every station end its session and deliver its queue."""
        for station in self.stations:
            station.finish = True
        async with asyncio.timeout(seconds):
            await asyncio.gather(*self.tasks)


@asynccontextmanager
async def fleet(size: int, urls: str | Iterable[str], *, seed: int = 1, pace: float = 0.0) -> AsyncIterator[Fleet]:
    """A fleet that charges at the gateways of `urls` (ws://host:port) while the block runs."""
    running = Fleet(size, [urls] if isinstance(urls, str) else list(urls), seed=seed, pace=pace)
    running.start()
    try:
        yield running
    finally:
        for task in running.tasks:
            task.cancel()
        await asyncio.gather(*running.tasks, return_exceptions=True)
