"""A peer without manners: sends the bytes it is told to, and answers nothing by itself."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def handshake(path: str, *headers: str) -> bytes:
    head = [f"GET {path} HTTP/1.1", "Host: localhost", "Upgrade: websocket", f"Sec-WebSocket-Key: {KEY}"]
    return "\r\n".join([*head, "Sec-WebSocket-Version: 13", *headers, "", ""]).encode("latin-1")


def frame(opcode: int, payload: bytes = b"", *, masked: bool = True) -> bytes:
    """A whole frame of at most 125 bytes; the mask is zero."""
    mask = b"\0\0\0\0" if masked else b""
    return bytes([0x80 | opcode, (0x80 if masked else 0) | len(payload)]) + mask + payload


class Peer:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def status(self) -> int:
        """Of the HTTP response; its headers are read as well."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        return int(head.split(b" ")[1])

    async def frame(self) -> tuple[int, bytes]:
        first, length = await self.reader.readexactly(2)
        if length == 126:
            (length,) = struct.unpack("!H", await self.reader.readexactly(2))
        return first & 15, await self.reader.readexactly(length)

    async def closed_with(self) -> int:
        """The code of the next frame, which must be a close frame."""
        opcode, payload = await self.frame()
        assert opcode == CLOSE, payload
        return int.from_bytes(payload[:2], "big")

    async def rest(self) -> bytes:
        """Everything until the server ends the connection."""
        try:
            return await self.reader.read()
        except ConnectionResetError:
            return b""


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Peer]:
    async with asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield Peer(reader, writer)
        finally:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()


@asynccontextmanager
async def link(port: int, path: str, *headers: str) -> AsyncIterator[Peer]:
    """An accepted handshake."""
    async with connected(port) as peer:
        await peer.send(handshake(path, "Connection: Upgrade", *headers))
        assert await peer.status() == 101
        yield peer
