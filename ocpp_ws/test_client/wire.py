"""The socket to the central system, and every way in which it may not come about."""

import base64
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI, NegotiationError
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.typing import Subprotocol

from .errors import Refused, one_line
from .journal import Journal
from .options import Options

SUBPROTOCOL = Subprotocol("ocpp1.6")
PING_SECONDS = 20.0
Bend = Callable[[list[Any]], list[Any]]


def as_it_is(frame: list[Any]) -> list[Any]:
    return frame


class Wire:
    """What the `ocpp` package calls a connection: `recv` and `send`, with every frame counted."""

    def __init__(self, socket: ClientConnection, journal: Journal, bend: Bend = as_it_is) -> None:
        self._socket = socket
        self._journal = journal
        self._bend = bend

    async def recv(self) -> str | bytes:
        frame = await self._socket.recv()
        self._journal.frame_in(frame if isinstance(frame, str) else repr(frame))
        return frame

    async def send(self, text: str) -> None:
        if self._bend is not as_it_is:
            text = json.dumps(self._bend(json.loads(text)))
        await self._socket.send(text)
        self._journal.frame_out(text)

    def abort(self) -> None:
        self._socket.transport.abort()


@asynccontextmanager
async def opened(
    options: Options, journal: Journal, password: bytes | None, bend: Bend = as_it_is, *, pongs: bool = True
) -> AsyncIterator[Wire]:
    """An open connection that has agreed to `ocpp1.6`; raises `Refused`. `bend` changes each frame that leaves."""
    # its own pings would be a sign of life as well
    socket = await _connected(options, password, ping_interval=PING_SECONDS if pongs else None)
    if not pongs:
        _never_pong(socket)
    try:
        if socket.subprotocol != SUBPROTOCOL:
            raise Refused(f"{address(options)} did not agree to the subprotocol {SUBPROTOCOL}")
        yield Wire(socket, journal, bend)
    finally:
        await socket.close()


def _never_pong(socket: ClientConnection) -> None:
    send_frame = socket.protocol.send_frame

    def but_pongs(frame: Frame) -> None:
        if frame.opcode is not Opcode.PONG:
            send_frame(frame)

    socket.protocol.send_frame = but_pongs  # type: ignore[method-assign]


def address(options: Options) -> str:
    """The identity is the percent-encoded last part of the path (J§3.1.1)."""
    return f"{options.url.rstrip('/')}/{quote(options.cp_id, safe='')}"


def closed_by_server(error: ConnectionClosed) -> Refused:
    close = error.rcvd
    said = f"{close.code} {close.reason}".strip() if close else "without a close frame"
    return Refused(f"The server closed the connection ({one_line(said)})")


async def _connected(options: Options, password: bytes | None, *, ping_interval: float | None) -> ClientConnection:
    try:
        return await connect(
            address(options),
            subprotocols=[SUBPROTOCOL],
            additional_headers=_credentials(options, password),
            open_timeout=options.timeout,
            close_timeout=2,
            ping_interval=ping_interval,
            proxy=None,  # a station in the street has none; one of the environment must not swallow localhost
        )
    except (OSError, InvalidHandshake, InvalidURI) as error:
        raise Refused(_why_not(error, options)) from error


def _credentials(options: Options, password: bytes | None) -> dict[str, str]:
    """HTTP Basic, user name = identity (whitepaper A00.FR.204)."""
    if password is None:
        return {}
    pair = f"{options.cp_id}:".encode() + password
    return {"Authorization": "Basic " + base64.b64encode(pair).decode()}


def _why_not(error: Exception, options: Options) -> str:
    where = address(options)
    if isinstance(error, TimeoutError):
        return f"{where} did not answer the handshake within {options.timeout:g} s"
    if isinstance(error, InvalidStatus):
        return f"{where} refused the handshake with HTTP {error.response.status_code}{_said(error.response)}"
    if isinstance(error, NegotiationError):
        return f"{where} did not agree to the subprotocol {SUBPROTOCOL} ({one_line(str(error))})"
    if isinstance(error, OSError):
        return f"Could not connect to {where} ({_os_reason(error)}): is the server running? make run"
    return f"{where} did not speak WebSocket: {one_line(str(error))}"


def _os_reason(error: OSError) -> str:
    """`localhost` has two addresses, and asyncio then folds both refusals into one nameless OSError."""
    if isinstance(error, ConnectionRefusedError) or "Connect call failed" in str(error):
        return "connection refused"
    return one_line(error.strerror or str(error))


def _said(response: Response) -> str:
    """The sentence in the body of a refusal: plain text, problem+json or a page."""
    text = bytes(response.body or b"").decode(errors="replace")
    try:
        problem = json.loads(text)
        text = str(problem.get("detail") or problem.get("title") or text)
    except (ValueError, AttributeError):
        text = re.sub(r"(?is)<(style|script|head)\b.*?</\1>|<[^>]*>", " ", text)
    sentence = one_line(text)
    return f": {sentence}" if sentence else ""
