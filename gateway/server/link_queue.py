"""What a link has brought and its application has not yet taken."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any

from gateway.server.limits import Limits

Message = dict[str, Any]


class LinkQueue:
    """The `receive` of one application; one reader at a time. A quarter of asyncio.Queue's memory.

    `on_full(True)` when it passes the high mark, `on_full(False)` when it is down at the low one.
    `over_since` (monotonic) says since when it has held more messages than the high mark; 0.0: it does not.
    """

    __slots__ = ("bytes", "full", "limits", "messages", "on_full", "over_since", "waiter")

    def __init__(self, limits: Limits, on_full: Callable[[bool], None]) -> None:
        self.messages: deque[Message] = deque()
        self.bytes = 0
        self.full = False
        self.over_since = 0.0
        self.waiter: asyncio.Future[None] | None = None
        self.limits = limits
        self.on_full = on_full

    def put_nowait(self, message: Message) -> None:
        self.messages.append(message)
        self.bytes += size(message)
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)
        too_many = len(self.messages) > self.limits.queue_high
        if too_many and not self.over_since:
            self.over_since = monotonic()
        if (too_many or self.bytes > self.limits.queue_bytes) and not self.full:
            self.full = True
            self.on_full(True)

    async def get(self) -> Message:
        """The oldest message; a cancelled reader loses none, it is taken only when the reader runs."""
        while not self.messages:
            self.waiter = asyncio.get_running_loop().create_future()
            try:
                await self.waiter
            finally:
                self.waiter = None
        message = self.messages.popleft()
        self.bytes -= size(message)
        if len(self.messages) <= self.limits.queue_high:
            self.over_since = 0.0
        if self.full and len(self.messages) <= self.limits.queue_low and self.bytes <= self.limits.queue_bytes:
            self.full = False
            self.on_full(False)
        return message


def size(message: Message) -> int:
    return len(message.get("text") or message.get("bytes") or "")
