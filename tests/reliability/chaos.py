"""X1: two processes on PostgreSQL and Redis, 50 stations, a fault every 5 s. `make chaos SECONDS=600 SEED=1`."""

import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from tests.main_job.conftest import migrate
from tests.reliability.fleet import Fleet, fleet
from tests.reliability.invariants import check, online, rows
from tests.reliability.proxy import Proxy, proxy
from tests.reliability.servers import Postgres, Redis
from tests.reliability.supervised import Supervised

STATIONS, EVERY, ONLINE_WITHIN = 50, 5.0, 120.0


class World:
    """What can break."""

    def __init__(self, seed: int, folder: Path, postgres: Postgres, redis: Redis) -> None:
        self.random, self.postgres, self.redis = random.Random(seed), postgres, redis
        env = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
        self.gateways = [Supervised(folder, folder, **env, GATEWAY_SLOT=f"slot-{number}") for number in (1, 2)]
        self.lines: list[Proxy] = []
        self.fleet: Fleet
        self.faults: Counter[str] = Counter()

    async def kill(self) -> None:
        one = self.random.choice(self.gateways)
        one.kill()
        await asyncio.sleep(self.random.uniform(0, 2))
        await self.start(one)

    async def start(self, one: Supervised) -> None:
        """As a supervisor would, until it stays: PostgreSQL may still be on its way up."""
        for _ in range(20):
            try:
                await asyncio.to_thread(one.start)
                return
            except AssertionError:
                one.kill()
                await asyncio.sleep(0.5)
        raise RuntimeError(one.running.log[-4000:])

    async def stop(self) -> None:
        one = self.random.choice(self.gateways)
        one.running.signal(signal.SIGSTOP)
        await asyncio.sleep(self.random.uniform(1, 8))
        one.running.signal(signal.SIGCONT)

    async def redis_dies(self) -> None:
        self.redis.kill()
        await asyncio.sleep(self.random.uniform(0.5, 5))
        await asyncio.to_thread(self.redis.start)

    async def postgresql_dies(self) -> None:
        await asyncio.to_thread(self.postgres.stop)
        await asyncio.sleep(self.random.uniform(0, 7))
        await asyncio.to_thread(self.postgres.start)

    async def reset(self) -> None:
        self.random.choice(self.lines).reset()

    async def half_open(self) -> None:
        self.random.choice(self.lines).half_open()

    async def slow_line(self) -> None:
        line = self.random.choice(self.lines)
        line.toxics.latency, line.toxics.slice = self.random.uniform(0, 0.3), self.random.randint(1, 200)
        await asyncio.sleep(EVERY)
        line.toxics.latency, line.toxics.slice = 0.0, 0

    async def drop(self) -> None:
        for station in self.random.sample(self.fleet.stations, 10):
            station.drop()

    async def fault(self) -> None:
        every: list[Callable[[], Awaitable[None]]] = [
            self.kill, self.stop, self.redis_dies, self.postgresql_dies, self.reset, self.half_open, self.slow_line,
            self.drop,
        ]  # fmt: skip
        chosen = self.random.choice(every)
        self.faults[chosen.__name__] += 1
        await chosen()


async def run(seconds: float, seed: int, stations: int = STATIONS) -> dict[str, object]:
    """The invariants' counts, and what happened, by name."""
    with tempfile.TemporaryDirectory(prefix="gateway-chaos-") as folder:
        postgres, redis = Postgres(), Redis()
        world = World(seed, Path(folder), postgres, redis)
        try:
            postgres.start()
            redis.start()
            migrate(postgres.url)
            return await in_world(world, seconds, seed, stations)
        finally:
            for one in world.gateways:
                one.kill()
            redis.kill()
            postgres.remove()


async def in_world(world: World, seconds: float, seed: int, stations: int) -> dict[str, object]:
    for one in world.gateways:
        await world.start(one)
    async with AsyncExitStack() as stack:
        world.lines = [await stack.enter_async_context(proxy(one.port)) for one in world.gateways]
        urls = [line.ws for line in world.lines]
        world.fleet = await stack.enter_async_context(fleet(stations, urls, seed=seed, pace=0.2))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            begun = time.monotonic()
            await world.fault()
            await asyncio.sleep(max(0.0, begun + EVERY - time.monotonic()))
        back = await all_online(world)
        await world.fleet.finish(ONLINE_WITHIN)
        return table(world, back)


async def all_online(world: World) -> float:
    """Seconds after the last fault until every station is shown online."""
    begun, names = time.monotonic(), {station.cp_id for station in world.fleet.stations}
    async with asyncio.timeout(ONLINE_WITHIN):
        while names - await asyncio.to_thread(online, world.postgres.url):  # noqa: ASYNC110
            await asyncio.sleep(0.5)
    return time.monotonic() - begun


def table(world: World, back: float) -> dict[str, object]:
    cars = world.fleet
    found = check(world.postgres.url, cars)
    for name, (_, examples) in found.broken.items():
        print(f"{name}, for example:", *examples, sep="\n    ")
    buried = rows(world.postgres.url, "SELECT error, raw FROM ocpp_ws_rejectedframe WHERE kind = 'dead_letter'")
    for letter in buried:
        print("dead letter:", *letter)
    return {
        "faults": ", ".join(f"{name} {count}" for name, count in sorted(world.faults.items())),
        "messages acknowledged": cars.count,
        "messages sent again": cars.resent,
        "energy (Wh)": cars.energy_wh,
        "all online after the last fault (s)": round(back, 1),
        "CALLERRORs": len(cars.call_errors),
        "dead letters": len(buried),
        **found.counts,
    }


INFORMATION = 5  # rows of the table that are not counts of what went wrong


def main() -> int:
    seconds, seed = float(os.environ.get("SECONDS", "600")), int(os.environ.get("SEED", "1"))
    result = asyncio.run(run(seconds, seed))
    for name, value in result.items():
        print(f"{name:<50} {value}")
    return 1 if any(list(result.values())[INFORMATION:]) else 0


if __name__ == "__main__":
    sys.exit(main())
