"""C11: sockets that nobody is behind any more keep no station out, however many there are."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from tests.reliability.conftest import Supervise
from tests.reliability.invariants import online
from tests.reliability.report import goal, measured
from tests.server.raw import Peer, handshake
from tests.station import Station, station

PROTOCOL = "Sec-WebSocket-Protocol: ocpp1.6"
COUNT = 50


@asynccontextmanager
async def zombies(port: int, names: list[str]) -> AsyncIterator[list[Peer]]:
    """Handshakes that were sent, and then nothing: no answer is read, no ping answered."""
    pairs = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in names))
    peers = [Peer(*pair) for pair in pairs]
    try:
        for peer, name in zip(peers, names, strict=True):
            await peer.send(handshake(f"/{name}", "Connection: Upgrade", PROTOCOL))
        yield peers
    finally:
        for peer in peers:
            peer.writer.transport.abort()


async def comes_in(ws: str, name: str, stack: AsyncExitStack) -> Station:
    cp = await stack.enter_async_context(station(ws, name, open_timeout=20, ping_interval=None))
    await cp.boot()
    return cp


async def test_c11_as_many_half_open_links_as_stations_that_return(supervise: Supervise) -> None:
    gateway, names = supervise(), [f"CP_{number:02}" for number in range(COUNT)]
    gateway.start()
    async with zombies(gateway.port, names) as dead, AsyncExitStack() as stack:
        assert set(await asyncio.gather(*(peer.status() for peer in dead))) == {101}
        begun = time.monotonic()
        await asyncio.gather(*(comes_in(gateway.ws, name, stack) for name in names))
        seconds = time.monotonic() - begun
        assert await asyncio.to_thread(online, gateway.url) == set(names)
    assert seconds <= goal(10)
    measured("C11", f"{COUNT} half-open links, {COUNT} stations return: {COUNT} in after {seconds:.1f} s")


async def test_c11_many_sockets_of_one_identity_do_not_keep_it_out(supervise: Supervise) -> None:
    gateway = supervise()
    gateway.start()
    async with AsyncExitStack() as stack:
        (first,) = await stack.enter_async_context(zombies(gateway.port, ["CP_LOST"]))
        assert await first.status() == 101
        dead = await stack.enter_async_context(zombies(gateway.port, ["CP_LOST"] * (COUNT - 1)))
        knocks = [asyncio.ensure_future(peer.status()) for peer in dead]
        decided = 0
        while decided < len(dead) - 4:  # four wait for a sign of life of the first
            decided = len((await asyncio.wait(knocks, timeout=0.01))[0])
        begun = time.monotonic()
        cp = await comes_in(gateway.ws, "CP_LOST", stack)
        seconds = time.monotonic() - begun
        assert sorted(await asyncio.gather(*knocks)) == [101] * 3 + [503] * (len(dead) - 3)
        assert "currentTime" in await cp.send("Heartbeat")
    assert seconds <= goal(5)
    measured("C11", f"{COUNT} sockets of one identity: {COUNT - 4} refused, the station is in after {seconds:.1f} s")
