"""Big bodies of HTTP requests and answers: neither is held in memory, and neither holds up the links."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.server.conftest import AppServer, StartServer
from tests.server.raw import connected

MIB = 1024 * 1024


def peak(server: AppServer) -> int:
    """The most that it ever had in memory, in bytes."""
    status = Path(f"/proc/{server.child.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


async def zeros(megabytes: int) -> AsyncIterator[bytes]:
    for _ in range(megabytes):
        yield bytes(MIB)


async def test_a_body_comes_whole_and_is_never_in_memory(start_server: StartServer) -> None:
    server = start_server(body_bytes=100 * MIB)
    before = peak(server)
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http, connect(f"{server.ws}/echo") as link:
        await link.recv()
        putting = asyncio.create_task(http.put(f"{server.http}/swallow", content=zeros(100)))
        while not putting.done():
            await link.send("are you there?")
            assert await link.recv() == "are you there?"
            await asyncio.sleep(0.01)
        seen = putting.result().json()
    assert seen == {"size": 100 * MIB, "sha256": hashlib.sha256(bytes(100 * MIB)).hexdigest()}
    assert peak(server) - before < 20 * MIB


async def test_an_answer_waits_for_a_peer_that_reads_slowly(start_server: StartServer) -> None:
    server = start_server()
    async with connected(server.port) as peer:
        await peer.send(b"GET /pour/100 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert await peer.status() == 200
        before = peak(server)
        await asyncio.sleep(1)  # it would pour all of it into its own memory meanwhile
        assert peak(server) - before < 20 * MIB
        assert "poured" not in server.log
        assert len(await peer.rest()) >= 100 * MIB
    await server.logged("poured")


async def test_a_peer_that_takes_nothing_of_an_answer_is_cut(start_server: StartServer) -> None:
    server = start_server(stalled_answer=0.5)
    async with connected(server.port) as peer:
        await peer.send(b"GET /pour/100 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await peer.status() == 200
        await server.logged("poured")  # the rest goes nowhere
        assert len(await peer.rest()) < 100 * MIB


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"Content-Length: 2000000", b""),
        (b"Content-Length: 2000000\r\nExpect: 100-continue", b""),
        (b"Transfer-Encoding: chunked", b"1e8480\r\n" + b"x" * 2_000_000 + b"\r\n0\r\n\r\n"),
    ],
    ids=["length", "asks first", "chunked"],
)
async def test_a_body_over_the_limit_is_413(start_server: StartServer, head: bytes, body: bytes) -> None:
    server = start_server(body_bytes=MIB)
    async with connected(server.port) as peer:
        await peer.send(b"PUT /swallow HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n" + body)
        assert await peer.status() == 413
        await peer.send(b"x" * 100_000)  # what is under way meanwhile
        assert await peer.rest() == b""
    assert "Traceback" not in server.log


async def test_two_requests_on_one_connection_have_their_own_bodies(server: AppServer) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        first = (await http.put(f"{server.http}/swallow", content=b"x" * 200_000)).json()
        assert first["size"] == 200_000
        assert (await http.put(f"{server.http}/swallow", content=b"")).json()["size"] == 0
