"""The bodies of HTTP requests and answers: neither is ever in memory as a whole."""

import asyncio
from typing import IO, Any

CHUNK = 64 * 1024


class RequestBody:
    """The queue behind an application's `receive`: the body from Twisted's temporary file, read as it is asked for.

    Daphne would put all of it into the queue at once.
    """

    def __init__(self, content: IO[bytes]) -> None:
        self._content: IO[bytes] | None = content
        self._later: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def put_nowait(self, event: dict[str, Any]) -> None:
        if event["type"] == "http.disconnect":
            self.close()
            self._later.put_nowait(event)

    async def get(self) -> dict[str, Any]:
        await asyncio.sleep(0)  # between two chunks the links have their turn
        if self._content is None:
            return await self._later.get()
        chunk = self._content.read(CHUNK)
        more = len(chunk) == CHUNK
        if not more:
            self.close()
        return {"type": "http.request", "body": chunk, "more_body": more}

    def close(self) -> None:
        if self._content is not None:
            self._content.close()
            self._content = None


class Flow:
    """A Twisted producer: an application that sends faster than its peer reads waits for it."""

    def __init__(self) -> None:
        self._room = asyncio.Event()
        self._room.set()

    def pauseProducing(self) -> None:
        self._room.clear()

    def resumeProducing(self) -> None:
        self._room.set()

    stopProducing = resumeProducing  # nothing to wait for any more

    async def room(self, seconds: float) -> bool:
        """Wait until there is room for more; False where the peer took nothing for so long."""
        if self._room.is_set():
            return True
        try:
            async with asyncio.timeout(seconds):
                await self._room.wait()
        except TimeoutError:
            return False
        return True
