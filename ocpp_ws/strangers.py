"""Strangers at the door: who was refused as unknown, for the operator's list."""

import asyncio
from dataclasses import replace
from typing import Any

from django.utils import timezone

from ocpp_ws.identity import header
from ocpp_ws.links import forget
from ocpp_ws.protocol import ci_key
from ocpp_ws.writer import writer
from stations.services import Knock, note_unknown_stations

PAUSE_SECONDS = 1.0


class Strangers:
    """Gathers them: one unit of work a second at most, with MOST rows at most, however many knock."""

    MOST = 100

    def __init__(self) -> None:
        self._waiting: dict[str, Knock] = {}
        self._pause: asyncio.TimerHandle | None = None

    def note(self, cp_id: str, address: str, scope: dict[str, Any]) -> None:
        """Call it on the event loop; nobody waits for it."""
        key = ci_key(cp_id)
        before = self._waiting.get(key)
        if before is None and len(self._waiting) >= self.MOST:
            return
        agent, offered = header(scope, b"user-agent"), ", ".join(scope.get("subprotocols", []))
        knock = Knock(cp_id, address, printable(agent), printable(offered), count=1)
        self._waiting[key] = replace(knock, count=before.count + 1) if before else knock
        if self._pause is None:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered, and pause."""
        self.stop()
        if not self._waiting:
            return
        knocks, now = list(self._waiting.values()), timezone.now()
        self._waiting = {}
        writer.post(lambda _: note_unknown_stations(knocks, now=now)).add_done_callback(forget)
        self._pause = asyncio.get_running_loop().call_later(PAUSE_SECONDS, self.flush)

    def stop(self) -> None:
        if self._pause:
            self._pause.cancel()
        self._pause = None


def printable(text: str) -> str:
    """A stranger's words, fit for every database and page."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


strangers = Strangers()
