"""Other numbers and other speeds for a process under test, so that a test need not wait for minutes."""

import asyncio
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.db.backends.signals import connection_created
from django.utils import timezone

from ocpp_ws import admission, consumers, release, routing, silence, takeover
from tests.reliability.faults.put import put


def short_pings() -> None:
    """Half-open links are found within 4 s instead of 60."""
    from gateway.server import start

    put(start, Limits=partial(start.Limits, ping_interval=1.0, ping_timeout=1.0))


def short_probes() -> None:
    """An old link has 50 ms to show that it lives."""
    put(takeover, PONG_SECONDS=0.05)


def short_pages() -> None:
    """A request waits 3 s for the database instead of 30."""
    put(silence, PAGES_SECONDS=3.0)


def slow_takeover() -> None:
    """Up to 200 ms before the old link is closed, and before a lost one is marked offline."""
    put_out, let_go = admission.put_out_former, release.release

    async def put_out_former(opened: Any) -> None:
        await asyncio.sleep(random.uniform(0, 0.2))
        await put_out(opened)

    async def released(station_id: int, epoch: int) -> None:
        await asyncio.sleep(random.uniform(0, 0.2))
        await let_go(station_id, epoch)

    put(consumers, put_out_former=put_out_former, release=released)


def slow_bulks() -> None:
    """Each statement about the stations of a bulk command takes up to 50 ms longer: others come between."""

    def slow(execute: Any, sql: str, *args: Any) -> Any:
        if "stations_bulkitem" in sql:
            time.sleep(random.uniform(0, 0.05))
        return execute(sql, *args)

    def connected(connection: Any, **_: Any) -> None:
        if slow not in connection.execute_wrappers:
            connection.execute_wrappers.append(slow)

    connection_created.connect(connected, weak=False)


def echo_route() -> None:
    """A path that sends back whatever it gets, for conformance tests of WebSocket itself."""
    stations = routing.websocket

    async def echo_or_station(scope: Any, receive: Any, send: Any) -> None:
        await (echo if scope["path"] == "/" else stations)(scope, receive, send)

    put(routing, websocket=echo_or_station)


async def echo(_scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send(message | {"type": "websocket.send"})


def moved_clocks() -> None:
    """The file CLOCKS says by how many seconds the clocks were set: the wall's with SQLite's, and the monotonic one."""
    from gateway.server import link, server

    file = Path(os.environ["CLOCKS"])

    def moved(clock: Callable[[], float], which: int) -> Callable[[], float]:
        return lambda: clock() + float(file.read_text().split()[which])

    wall, monotonic = moved(time.time, 0), moved(time.monotonic, 1)
    put(time, time=wall, monotonic=monotonic)  # the event loop's timers as well
    put(link, monotonic=monotonic)
    put(server, monotonic=monotonic)
    put(timezone, now=lambda: datetime.fromtimestamp(wall(), UTC))

    def sqlite_now(form: str, what: str) -> str:
        assert (form, what) == ("%Y-%m-%d %H:%M:%f", "NOW")  # Django's Now() says nothing else
        return datetime.fromtimestamp(wall(), UTC).isoformat(" ", "milliseconds").removesuffix("+00:00")

    def connected(connection: Any, **_: Any) -> None:
        connection.connection.create_function("strftime", 2, sqlite_now)

    connection_created.connect(connected, weak=False)


FAULTS: dict[str, Callable[[], None]] = {
    one.__name__: one
    for one in (short_pings, short_probes, short_pages, slow_takeover, slow_bulks, echo_route, moved_clocks)
}
