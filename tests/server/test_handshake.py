"""The handshake: who is refused, with what, and what the application learns about the others."""

import asyncio
import json
import re
import time

import pytest
import websockets

from tests.server.conftest import AppServer
from tests.server.raw import connected, handshake, link


@pytest.mark.parametrize("status", [400, 401, 404, 429, 503])
async def test_the_application_refuses_with_status_header_and_body(server: AppServer, status: int) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(f"{server.ws}/deny/{status}")
    response = refused.value.response
    assert (response.status_code, response.headers["Retry-After"], response.body) == (status, "12", b"no entry")
    await server.logged("told websocket.disconnect")


@pytest.mark.parametrize(("path", "status"), [("forbid", 403), ("crash", 500), ("leave", 500)])
async def test_who_gets_no_accept_gets_an_http_answer(server: AppServer, path: str, status: int) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(f"{server.ws}/{path}")
    assert refused.value.response.status_code == status


async def test_an_application_that_does_not_decide_gets_503(hasty: AppServer) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(f"{hasty.ws}/undecided")
    assert refused.value.response.status_code == 503


@pytest.mark.parametrize(
    ("offered", "accepts", "gets"),
    [
        ([], "", None),
        (["ocpp1.6"], "ocpp1.6", "ocpp1.6"),
        (["ocpp2.0.1", "ocpp1.6"], "ocpp1.6", "ocpp1.6"),
        (["ocpp0.1"], "", None),
        (["ocpp0.1"], "ocpp1.6", None),
    ],
    ids=["none offered", "offered", "one of several", "unknown", "not offered but accepted"],
)
async def test_the_handshake_completes_whatever_was_offered(
    server: AppServer, offered: list[str], accepts: str, gets: str | None
) -> None:
    begun = time.monotonic()
    # the library refuses an answer with what it did not offer
    async with websockets.connect(f"{server.ws}/accept/{accepts}", subprotocols=offered or None) as link:
        assert link.subprotocol == gets
    assert time.monotonic() - begun < 4, "autobahn hangs for 5 s on a subprotocol that was not offered"


@pytest.mark.parametrize(
    ("headers", "offered"),
    [
        (["Sec-WebSocket-Protocol: ocpp1.6, ocpp1.6,ocpp1.5"], ["ocpp1.6", "ocpp1.5"]),
        (["Sec-WebSocket-Protocol: ocpp1.6", "Sec-WebSocket-Protocol: ocpp1.6"], ["ocpp1.6"]),
        (["Sec-WebSocket-Protocol: "], []),
        ([], []),
    ],
    ids=["twice in a line", "in two lines", "empty", "none"],
)
async def test_odd_offers_are_tidied(server: AppServer, headers: list[str], offered: list[str]) -> None:
    async with link(server.port, "/echo", *headers) as peer:
        assert json.loads((await peer.frame())[1])["subprotocols"] == offered


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("/echo/CP%zz", "/echo/CP%zz"),
        ("/echo/CP%ff", "/echo/CP\ufffd"),
        ("/echo/CP%2F1", "/echo/CP/1"),
        ("/echo/CP;1", "/echo/CP;1"),
        ("//echo//CP_1", "//echo//CP_1"),
    ],
)
async def test_the_application_sees_odd_paths_as_they_were_sent(server: AppServer, raw: str, path: str) -> None:
    async with link(server.port, raw + "?x=1") as peer:
        seen = json.loads((await peer.frame())[1])
    assert (seen["raw_path"], seen["path"]) == (raw, path)
    assert seen["extensions"] == {"websocket.http.response": {}}
    await server.logged(re.escape(f"disconnect 1006 {path.removeprefix('/').partition('echo/')[2]}\n"))


@pytest.mark.parametrize(
    ("path", "raw"),
    [("/echo/CP\xe9", "/echo/CP%E9"), ("/echo/\xc3\x82CP", "/echo/%C3%82CP"), ("/echo/CP?\xe9", "/echo/CP")],
)
async def test_raw_bytes_in_the_path_are_escaped(server: AppServer, path: str, raw: str) -> None:
    async with link(server.port, path) as peer:
        assert json.loads((await peer.frame())[1])["raw_path"] == raw
    await server.logged("disconnect 1006")


async def test_a_handshake_may_leave_out_the_connection_header(server: AppServer) -> None:
    async with connected(server.port) as peer:
        await peer.send(handshake("/echo/CP"))
        assert await peer.status() == 101
        await peer.frame()
    await server.logged("disconnect 1006")


async def test_a_connection_header_that_says_something_else_is_believed(server: AppServer) -> None:
    async with connected(server.port) as peer:
        await peer.send(handshake("/echo/CP", "Connection: close"))
        assert await peer.status() == 400


@pytest.mark.parametrize(
    "request_bytes",
    [
        handshake("/CP", "Connection: Upgrade", "Sec-WebSocket-Protocol: ocpp\xe9"),
        handshake("/CP", "Connection: Upgrade", "X-Evil: a\x0bb"),
        handshake("/CP#fragment", "Connection: Upgrade"),
        handshake("//[", "Connection: Upgrade"),
    ],
    ids=["subprotocol", "control character", "fragment", "bracket"],
)
async def test_broken_requests_get_a_clean_400(server: AppServer, request_bytes: bytes) -> None:
    before = len(server.log)
    async with connected(server.port) as peer:
        await peer.send(request_bytes)
        assert await peer.status() == 400
    # the goodbye of an earlier test's link may come late
    assert server.log[before:].replace("disconnect 1006\n", "") == ""


async def test_a_client_has_no_say_in_the_root_path_and_learns_no_server_name(server: AppServer) -> None:
    async with connected(server.port) as peer:
        await peer.send(b"GET /x HTTP/1.1\r\nHost: a\r\nDaphne-Root-Path: /evil\r\nConnection: close\r\n\r\n")
        answer = await peer.rest()
    assert b"evil" not in answer
    assert b"server:" not in answer.lower()


async def test_headers_that_drip_are_cut(hasty: AppServer) -> None:
    async with connected(hasty.port) as peer:
        begun = time.monotonic()
        drip = asyncio.create_task(drip_into(peer.writer))
        answer = await peer.rest()
        drip.cancel()
    assert answer.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - begun < 5


async def drip_into(writer: asyncio.StreamWriter) -> None:
    writer.write(b"GET / HTTP/1.1\r\nX: ")
    while True:
        writer.write(b"x")
        await asyncio.sleep(0.1)


async def test_a_connection_that_says_nothing_is_cut(hasty: AppServer) -> None:
    async with connected(hasty.port) as peer:
        assert (await peer.rest()).startswith(b"HTTP/1.1 408")


async def test_the_second_request_of_a_connection_has_the_same_deadline(hasty: AppServer) -> None:
    async with connected(hasty.port) as peer:
        await peer.send(b"GET /x HTTP/1.1\r\nHost: a\r\n\r\nGET")
        assert await peer.status() == 200
        await peer.send(b" /")
        assert b"HTTP/1.1 408" in await peer.rest()
