"""SIGTERM: what was read is answered, then everybody is told, then the process ends."""

import asyncio
import signal
import time

import httpx
import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from tests.processes import SECONDS
from tests.server.conftest import StartServer
from tests.server.raw import link

LINKS, FRAMES = 100, 5


async def test_a_hundred_links_with_frames_in_flight_are_answered_and_closed_with_1001(
    start_server: StartServer,
) -> None:
    server = start_server()
    links = [await websockets.connect(f"{server.ws}/slow") for _ in range(LINKS)]
    for socket in links:
        for number in range(FRAMES):
            await socket.send(f"frame {number}")
    await asyncio.gather(*(arrived(socket) for socket in links))
    begun = time.monotonic()
    server.signal(signal.SIGTERM)
    results = await asyncio.gather(*(answers(socket) for socket in links))
    assert results == [([f"answer to frame {number}" for number in range(FRAMES)], 1001)] * LINKS
    assert await server.ended() == 0
    assert time.monotonic() - begun < 10
    assert server.log.rstrip().endswith("on_shutdown")
    assert "Traceback" not in server.log


async def arrived(socket: websockets.ClientConnection) -> None:
    """The pong comes after all frames before the ping were read."""
    await (await socket.ping())


async def answers(socket: websockets.ClientConnection) -> tuple[list[str], int]:
    got: list[str] = []
    async with asyncio.timeout(SECONDS):
        try:
            while True:
                got.append(str(await socket.recv()))
        except ConnectionClosed as closed:
            return got, closed.rcvd.code if closed.rcvd else 1006


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_request_in_flight_gets_its_answer_and_nobody_gets_in_any_more(
    start_server: StartServer, number: int
) -> None:
    server = start_server()
    async with httpx.AsyncClient(trust_env=False) as http, link(server.port, "/hang") as hanging:
        request = asyncio.create_task(http.get(f"{server.http}/slow"))
        await server.logged("slow request")
        server.signal(number)
        await server.logged("Shutting down")
        with pytest.raises(OSError, match="Connect call failed"):
            await asyncio.open_connection("127.0.0.1", server.port)
        assert (await request).status_code == 200
        server.signal(number)
        assert await hanging.rest() == b""


async def test_an_application_that_does_not_end_is_left_behind(start_server: StartServer) -> None:
    server = start_server(drain=0.5, exit=2.5)
    async with link(server.port, "/hang"):
        begun = time.monotonic()
        server.signal(signal.SIGTERM)
        assert await server.ended() == 0
    assert time.monotonic() - begun < 3
    assert "1 links were not done in time" in server.log
    assert "on_shutdown" in server.log


async def test_a_thread_that_hangs_does_not_hold_the_process(start_server: StartServer) -> None:
    server = start_server(drain=0.2, exit=1.5)
    async with link(server.port, "/thread"):
        await server.logged("thread started")
        begun = time.monotonic()
        server.signal(signal.SIGTERM)
        assert await server.ended() == 0
    assert time.monotonic() - begun < 4


async def test_the_second_signal_ends_it_at_once(start_server: StartServer) -> None:
    server = start_server()
    async with link(server.port, "/hang"):
        server.signal(signal.SIGTERM)
        await server.logged("Shutting down")
        server.signal(signal.SIGTERM)
        assert await server.ended(seconds=2) == 128 + signal.SIGTERM
