"""The doorbell between the process that asks and the process that holds a station's link.

Rows are the truth; a lost ring costs latency (the owner looks at its outbox every 2 s, the asker at its row every
second), never a fact. So nothing here raises.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypedDict

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)
RING_SECONDS = 2.0


class CommandReady(TypedDict):
    """To the owner of the link: a command of this station waits."""

    type: Literal["command.ready"]
    station: int


class CommandDone(TypedDict):
    """To the process that asked: this command is finished."""

    type: Literal["command.done"]
    command: int


class StationChanged(TypedDict):
    """To the owner of the link: the row says what its station may do from now on, and how strictly it is taken."""

    type: Literal["station.changed"]
    station: int


class LinkReplaced(TypedDict):
    """To the former owner: this station has a newer link."""

    type: Literal["link.replaced"]
    station: int
    epoch: int


class LinkProbe(TypedDict):
    """To the owner: is this link alive? Answer to `reply_to` only if it is."""

    type: Literal["link.probe"]
    station: int
    reply_to: str
    token: str


class LinkAlive(TypedDict):
    """To the prober: yes. `last_frame` is the age of its last OCPP frame in seconds."""

    type: Literal["link.alive"]
    token: str
    last_frame: float


Message = CommandReady | CommandDone | StationChanged | LinkReplaced | LinkProbe | LinkAlive


@dataclass(frozen=True, slots=True)
class Inbox:
    """This process's own channel and how to reach it from any thread without the layer."""

    channel: str
    deliver: Callable[[Message], None]


_own: Inbox | None = None


def move_in(inbox: Inbox | None) -> None:
    """Make `inbox` this process's own (None: it has none any more)."""
    global _own
    _own = inbox


def own_channel() -> str:
    return _own.channel if _own else ""


def ring(channel: str, message: Message) -> None:
    """Send `message` to a process's inbox, from a thread without an event loop."""
    if not channel:
        return
    if _own and channel == _own.channel:
        _own.deliver(message)
    else:
        async_to_sync(aring)(channel, message)


async def aring(channel: str, message: Message) -> None:
    """The same from the event loop."""
    if not channel:
        return
    if _own and channel == _own.channel:
        _own.deliver(message)
        return
    layer = get_channel_layer()
    try:
        async with asyncio.timeout(RING_SECONDS):
            await layer.send(channel, message)
    except Exception as error:  # noqa: BLE001 - the layer raises whatever its driver raises
        logger.warning(
            "The channel layer did not take %s: %r; the row will be found by polling.", message["type"], error
        )


class Waiting:
    """Who in this process waits for which command's end."""

    def __init__(self) -> None:
        self._events: dict[int, list[threading.Event]] = {}  # of a command several, where a request came again
        self._lock = threading.Lock()

    def add(self, command: int) -> threading.Event:
        """Give it back to `remove`."""
        event = threading.Event()
        with self._lock:
            self._events.setdefault(command, []).append(event)
        return event

    def done(self, command: int) -> None:
        with self._lock:
            for event in self._events.get(command, []):
                event.set()

    def remove(self, command: int, event: threading.Event) -> None:
        with self._lock:
            events = self._events[command]
            events.remove(event)
            if not events:
                del self._events[command]


waiting = Waiting()
