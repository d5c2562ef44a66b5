"""A TCP proxy that spoils the line: latency, slices, little bandwidth, resets, silence.

`upstream` may change while it runs; `toxics` are read for every piece of data.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

SIZE = 65536


@dataclass(slots=True)
class Toxics:
    """Seconds, bytes, bytes a second. `swallow` lets nothing through in either direction, without a word; so it is
    as soon as a client has said `last_words`, which still get through."""

    latency: float = 0.0
    slice: int = 0
    bandwidth: int = 0
    swallow: bool = False
    last_words: bytes = b""
    eat_replies: bool = False
    timeout: float = 0.0  # the connection ends that long after its next byte


@dataclass(slots=True, eq=False)
class Line:
    """One connection: the client's side and the server's."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    half_open: bool = False

    def abort(self) -> None:
        self.client.transport.abort()
        self.server.transport.abort()


class Proxy:
    def __init__(self, upstream: int) -> None:
        self.upstream, self.toxics = upstream, Toxics()
        self.port = 0
        self.ate = asyncio.Event()  # a reply
        self.lines: set[Line] = set()
        self.tasks: set[asyncio.Task[None]] = set()

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            writer.transport.abort()
            return
        line = Line(writer, up_writer)
        pumps = {
            asyncio.create_task(self.pump(line, reader, up_writer, replies=False)),
            asyncio.create_task(self.pump(line, up_reader, writer, replies=True)),
        }
        self.lines.add(line)
        self.tasks |= pumps
        try:
            await asyncio.wait(pumps)
        finally:
            self.tasks -= pumps
            self.lines.discard(line)
            line.abort()

    async def pump(
        self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, replies: bool
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(self.toxics.slice or SIZE):
                if replies and self.toxics.eat_replies:
                    self.ate.set()
                elif not self.toxics.swallow and not line.half_open:
                    await self.pass_on(data, writer)
        if not self.toxics.swallow and not line.half_open:
            line.abort()

    async def pass_on(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        toxics = self.toxics
        if toxics.last_words and toxics.last_words in data:
            toxics.last_words, toxics.swallow = b"", True
        if toxics.timeout:
            asyncio.get_running_loop().call_later(toxics.timeout, writer.transport.abort)
        if pause := toxics.latency + (len(data) / toxics.bandwidth if toxics.bandwidth else 0):
            await asyncio.sleep(pause)
        writer.write(data)
        await writer.drain()

    def half_open(self) -> None:
        """The clients of all lines are gone, and the server is not told; new connections are as before."""
        for line in self.lines:
            line.half_open = True
            line.client.transport.abort()

    def reset(self) -> None:
        """Every connection ends at once, in the middle of a frame if need be."""
        for line in list(self.lines):
            line.abort()


@asynccontextmanager
async def proxy(upstream: int) -> AsyncIterator[Proxy]:
    """A proxy on a free port of 127.0.0.1 to that port."""
    spoiler = Proxy(upstream)
    server = await asyncio.start_server(spoiler.accept, "127.0.0.1", 0)
    spoiler.port = server.sockets[0].getsockname()[1]
    try:
        yield spoiler
    finally:
        server.close()
        spoiler.reset()
        for task in list(spoiler.tasks):
            task.cancel()
        await asyncio.gather(*spoiler.tasks, return_exceptions=True)
