"""Who is dead, and who only seems so."""

import asyncio

from tests.server.conftest import AppServer
from tests.server.raw import CLOSE, PING, PONG, TEXT, Peer, frame, link


async def test_a_silent_link_is_pinged_and_cut_but_not_one_that_talks_or_is_spared(hasty: AppServer) -> None:
    async with (
        link(hasty.port, "/echo/silent") as silent,
        link(hasty.port, "/echo") as talker,
        link(hasty.port, "/unpinged/60") as spared,
    ):
        pieces = [bytes([0x81, 0x80 | 125, 0, 0, 0, 0]), *[b"x"] * 125]
        talk = asyncio.create_task(keep_talking(talker, pieces))
        await silent.frame()
        assert (await silent.frame())[0] == PING
        assert await silent.rest() == b""
        talk.cancel()
        await talker.send(b"".join(pieces))
        frames = [await talker.frame() for _ in range(2)]
        assert frames[1] == (TEXT, b"x" * 125), "it was neither pinged nor cut"
        await spared.send(frame(TEXT, b"the application ends with this"))
        assert await spared.closed_with() == 1000, "neither a ping nor a cut came before"
    await hasty.logged("disconnect 5001 silent")  # it had answered no ping


async def test_a_link_that_has_answered_a_ping_before_is_cut_as_any_lost_one(hasty: AppServer) -> None:
    async with link(hasty.port, "/echo/once") as once:
        await once.frame()
        assert (await once.frame())[0] == PING
        await once.send(frame(PONG))
        assert (await once.frame())[0] == PING
        assert await once.rest() == b""
    await hasty.logged("disconnect 1006 once")


async def test_a_link_without_pings_is_cut_when_it_is_silent_for_too_long(hasty: AppServer) -> None:
    async with link(hasty.port, "/unpinged/1") as silent, link(hasty.port, "/unpinged/1") as talker:
        talk = asyncio.create_task(keep_talking(talker, [frame(PING)] * 100))
        assert await silent.rest() == b"", "cut without a ping"
        await talker.send(frame(TEXT, b"the application ends with this"))
        while (answer := await talker.frame())[0] == PONG:
            pass
        talk.cancel()
        assert answer == (CLOSE, (1000).to_bytes(2, "big"))


async def keep_talking(peer: Peer, pieces: list[bytes]) -> None:
    """Never a pong; in small pieces a frame that does not end: any byte is life."""
    while True:
        await peer.send(pieces.pop(0))
        await asyncio.sleep(0.3)


async def test_the_applications_ping_is_answered_by_one_pong_message(server: AppServer) -> None:
    async with link(server.port, "/ping") as peer:
        assert (await peer.frame())[0] == PING
        await peer.send(frame(PONG))
        assert await peer.frame() == (TEXT, b"websocket.pong")
        await peer.send(frame(PONG) + frame(TEXT, b"x"))
        assert await peer.frame() == (TEXT, b"websocket.receive")


async def test_any_other_frame_is_as_good_as_a_pong(server: AppServer) -> None:
    async with link(server.port, "/ping") as peer:
        assert (await peer.frame())[0] == PING
        await peer.send(frame(TEXT, b"x"))
        await peer.send(frame(PONG))
        assert [await peer.frame() for _ in range(2)] == [(TEXT, b"websocket.pong"), (TEXT, b"websocket.receive")]
