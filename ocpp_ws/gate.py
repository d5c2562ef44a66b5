"""How fast stations are let in after the database was away: all of them come back at once."""

import asyncio
import time

PER_SECOND = 50
NARROW_SECONDS = 60.0
LONGEST_WAIT = 8.0  # seconds; the server gives a handshake 15


class Gate:
    """Open to everybody, but for a minute after `narrow()`."""

    def __init__(self) -> None:
        self._next = 0.0
        self._until = 0.0

    def narrow(self) -> None:
        self._until = time.monotonic() + NARROW_SECONDS

    async def enter(self) -> bool:
        """Wait for one's turn; False where it is too far away to wait for."""
        now = time.monotonic()
        if now >= self._until:
            return True
        turn = max(self._next, now) + 1 / PER_SECOND
        if turn - now > LONGEST_WAIT:
            return False
        self._next = turn
        await asyncio.sleep(turn - now)
        return True


gate = Gate()
