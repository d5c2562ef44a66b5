"""How a link ends: every code that may stand in a close frame, and the peer's own faults."""

import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from tests.server.conftest import AppServer, StartServer
from tests.server.raw import CLOSE, TEXT, frame, link

LIMIT = 4 * 1024 * 1024


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1008, 1011, 1012, 1013, 3000, 4001])
async def test_the_application_closes_with_any_code_and_a_reason(server: AppServer, code: int) -> None:
    async with websockets.connect(f"{server.ws}/close/{code}") as link:
        with pytest.raises(ConnectionClosed) as closed:
            await link.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code
    assert closed.value.rcvd.reason.startswith("because of ü")  # 123 bytes, cut between characters


@pytest.mark.parametrize("code", [1005, 1006, 1015, 99, 70000])
async def test_a_code_that_may_not_be_sent_becomes_1011(server: AppServer, code: int) -> None:
    async with link(server.port, f"/close/{code}") as peer:
        assert await peer.closed_with() == 1011


@pytest.mark.parametrize(("path", "code"), [("crash/late", 1011), ("leave/late", 1000)])
async def test_a_link_whose_application_has_ended_is_closed_at_once(server: AppServer, path: str, code: int) -> None:
    async with link(server.port, f"/{path}") as peer:
        assert await peer.closed_with() == code


async def test_four_mebibytes_pass(server: AppServer) -> None:
    async with websockets.connect(f"{server.ws}/echo") as link:
        await link.recv()
        await link.send("x" * LIMIT)
        assert await link.recv() == str(LIMIT)


@pytest.mark.parametrize("message", ["x" * (LIMIT + 1), ["x" * LIMIT, "x"]], ids=["one frame", "two frames"])
async def test_more_than_that_is_closed_with_1009_and_the_application_knows(
    server: AppServer, message: str | list[str]
) -> None:
    async with websockets.connect(f"{server.ws}/echo") as link:
        await link.recv()
        await link.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            await link.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
    await server.logged("disconnect 1009")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(TEXT, b"\xff\xfe"), 1007),
        (frame(TEXT, b"x", masked=False), 1002),
        (frame(3, b"x"), 1002),
        (bytes([0xF1, 0x80, 0, 0, 0, 0]), 1002),
    ],
    ids=["bad UTF-8", "unmasked", "reserved opcode", "reserved bits"],
)
async def test_frames_against_the_rules_are_answered_with_their_code(server: AppServer, data: bytes, code: int) -> None:
    async with link(server.port, "/echo") as peer:
        await peer.frame()
        await peer.send(data)
        assert await peer.closed_with() == code
    await server.logged(f"disconnect {code}")


async def test_binary_and_empty_messages_reach_the_application(server: AppServer) -> None:
    async with websockets.connect(f"{server.ws}/echo") as link:
        await link.recv()
        for message in (b"\x00\xff", b"", ""):
            await link.send(message)
            assert await link.recv() == message


@pytest.mark.parametrize(
    ("end", "code"), [(frame(CLOSE, b"\x03\xe8"), 1000), (frame(3), 1002)], ids=["goodbye", "a fault"]
)
async def test_what_a_peer_said_before_the_end_is_taken_though_no_answer_is_sent(
    start_server: StartServer, end: bytes, code: int
) -> None:
    server = start_server()
    async with link(server.port, "/echo") as peer:
        await peer.frame()
        await peer.send(frame(TEXT, b"x") * 3 + end)
        assert await peer.closed_with() == code
        await peer.send(frame(CLOSE, code.to_bytes(2, "big")))
        await server.logged(f"disconnect {code}", 10)
    assert "Exception" not in server.log
