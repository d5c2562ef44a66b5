"""How many stations are let in at once, and how fast after the database was away, when all of them come back."""

import asyncio
import time

PER_SECOND = 50
NARROW_SECONDS = 60.0
PLACES = 200  # handshakes that are decided at once: who has not been let in has proved nothing, and may be anybody
LONGEST_WAIT = 8.0  # seconds; the server gives a handshake 15


class Gate:
    """Lets `PLACES` in at once, and for a minute after `narrow()` no more than `PER_SECOND`.

    Only handshakes count, never links: those of stations that are gone keep nobody out.
    """

    def __init__(self) -> None:
        self._next = 0.0
        self._until = 0.0
        self._places = asyncio.Semaphore(PLACES)

    def narrow(self) -> None:
        self._until = time.monotonic() + NARROW_SECONDS

    async def enter(self) -> bool:
        """Wait for one's turn; False where it is too far away to wait for. After True call `leave`."""
        now = time.monotonic()
        if now < self._until:
            turn = max(self._next, now) + 1 / PER_SECOND
            if turn - now > LONGEST_WAIT:
                return False
            self._next = turn
            await asyncio.sleep(turn - now)
        try:
            async with asyncio.timeout(now + LONGEST_WAIT - time.monotonic()):
                await self._places.acquire()
        except TimeoutError:
            return False
        return True

    def leave(self) -> None:
        self._places.release()


gate = Gate()
