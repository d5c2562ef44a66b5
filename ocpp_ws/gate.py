"""How fast stations are let in after the database was away: all of them come back at once."""

import asyncio
import time

PER_SECOND = 50
NARROW_SECONDS = 60.0


class Gate:
    """Open to everybody, but for a minute after `narrow()`."""

    def __init__(self) -> None:
        self._next = 0.0
        self._until = 0.0

    def narrow(self) -> None:
        self._until = time.monotonic() + NARROW_SECONDS

    async def enter(self) -> None:
        """Wait for one's turn."""
        now = time.monotonic()
        if now < self._until:
            self._next = max(self._next, now) + 1 / PER_SECOND
            await asyncio.sleep(self._next - now)


gate = Gate()
