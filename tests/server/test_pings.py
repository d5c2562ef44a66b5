"""Who is dead, and who only seems so."""

import asyncio

from tests.server.conftest import AppServer
from tests.server.raw import PING, PONG, TEXT, Peer, frame, link


async def test_a_silent_link_is_pinged_and_cut_but_not_one_that_talks_or_is_spared(hasty: AppServer) -> None:
    async with (
        link(hasty.port, "/echo") as silent,
        link(hasty.port, "/echo") as talker,
        link(hasty.port, "/unpinged") as spared,
    ):
        talk = asyncio.create_task(keep_talking(talker))
        await silent.frame()
        assert (await silent.frame())[0] == PING
        assert await silent.rest() == b""
        talk.cancel()
        assert not talker.reader.at_eof()
        await spared.send(frame(TEXT, b"the application ends with this"))
        assert await spared.closed_with() == 1000, "neither a ping nor a cut came before"
    await hasty.logged("disconnect 1006")


async def keep_talking(peer: Peer) -> None:
    """Never a pong, and a frame that is not finished: any byte is life."""
    await peer.send(bytes([0x81, 0x80 | 125, 0, 0, 0, 0]))
    while True:
        await asyncio.sleep(0.3)
        await peer.send(b"x")


async def test_the_applications_ping_is_answered_by_one_pong_message(server: AppServer) -> None:
    async with link(server.port, "/ping") as peer:
        assert (await peer.frame())[0] == PING
        await peer.send(frame(PONG) + frame(PONG) + frame(TEXT, b"x"))
        assert [await peer.frame() for _ in range(2)] == [(TEXT, b"websocket.pong"), (TEXT, b"websocket.receive")]


async def test_any_other_frame_is_as_good_as_a_pong(server: AppServer) -> None:
    async with link(server.port, "/ping") as peer:
        assert (await peer.frame())[0] == PING
        await peer.send(frame(TEXT, b"x"))
        await peer.send(frame(PONG))
        assert [await peer.frame() for _ in range(2)] == [(TEXT, b"websocket.pong"), (TEXT, b"websocket.receive")]
