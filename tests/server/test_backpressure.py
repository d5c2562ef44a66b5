"""A sender is slowed down, never stored without end."""

import asyncio

import httpx
import websockets

from tests.server.conftest import StartServer
from tests.server.raw import TEXT, Peer, frame, link

MIB = 1024 * 1024


async def test_a_sender_blocks_while_its_messages_wait_and_loses_none(start_server: StartServer) -> None:
    server = start_server()
    before, sent = server.rss, 0
    async with websockets.connect(f"{server.ws}/stuck/one", write_limit=1024) as link:
        try:
            for sent in range(2000):  # noqa: B007 - 200 MB; counts what went out before it blocked
                async with asyncio.timeout(1.5):
                    await link.send("x" * 100_000)
        except TimeoutError:
            pass
        assert sent < 300, "the server read on although nobody took the messages"
        assert server.rss - before < 50 * MIB
        async with asyncio.timeout(20), httpx.AsyncClient(trust_env=False) as http:
            await http.get(f"{server.http}/go-on")
            await link.send("the last one")
            while (taken := (await http.get(f"{server.http}/stats")).json()["taken"].get("one")) != sent + 2:
                assert taken is None or taken <= sent + 2


async def test_more_than_64_messages_that_nobody_takes_end_the_link_after_a_while(start_server: StartServer) -> None:
    server = start_server(queue_patience=1.0)
    async with link(server.port, "/stuck/many") as many, link(server.port, "/stuck/few") as few:
        await few.send(frame(TEXT, b"x") * 65)  # the first one is taken
        await many.send(frame(TEXT, b"x") * 66)
        assert await many.closed_with() == 1008
        async with asyncio.timeout(20), httpx.AsyncClient(trust_env=False) as http:
            await http.get(f"{server.http}/go-on")
            await few.send(frame(TEXT, b"x"))
            while (await http.get(f"{server.http}/stats")).json()["taken"].get("few") != 66:
                pass
            assert (await http.get(f"{server.http}/stats")).json()["taken"]["many"] == 66, "what was read is looked at"


async def test_who_pipelines_without_end_is_answered_in_order_and_stays(start_server: StartServer) -> None:
    server = start_server(queue_patience=1.0)
    async with websockets.connect(f"{server.ws}/slow/0.02") as link:
        for number in range(100):
            await link.send(str(number))
        for number in range(200):
            if number in (50, 100):  # for most of the time more than 64 wait, but never the same ones
                for following in range(50):
                    await link.send(str(number + 50 + following))
            assert await link.recv() == f"answer to {number}"


async def test_who_does_not_read_its_answers_is_not_read_either(start_server: StartServer) -> None:
    server = start_server()
    before = server.rss
    async with link(server.port, "/echo") as peer:
        peer.reader._transport.pause_reading()  # type: ignore[attr-defined]
        blocked = await send_until_blocked(peer, frame(TEXT, b"x" * 120) * 1000, times=2000)  # 250 MB
        assert blocked
        assert server.rss - before < 50 * MIB


async def send_until_blocked(peer: Peer, data: bytes, times: int) -> bool:
    try:
        for _ in range(times):
            async with asyncio.timeout(1.5):
                await peer.send(data)
    except TimeoutError:
        return True
    return False
