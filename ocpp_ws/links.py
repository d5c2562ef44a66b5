"""The links of this process: one per connected station."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from ocpp_ws.batch import Batch, Lock
from ocpp_ws.message_log import MODEL, incoming_row, sending, without_secrets
from ocpp_ws.protocol import Call, Peer, Quirk
from ocpp_ws.reads import read
from ocpp_ws.rows import Row
from ocpp_ws.writer import writer
from stations.links import OpenedLink, Terms, terms_of
from stations.models import Command
from stations.services import Noticed, count_quirks, note_security_event

Payload = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
TRIGGER_SECONDS = 60.0  # how long after its answer a triggered message may come
TRIGGERS = {"TriggerMessage", "ExtendedTriggerMessage"}
# white paper 5.5: what is sent has not always the name that was asked for
SENT_FOR = {
    "SignChargePointCertificate": ("SignCertificate",),
    "FirmwareStatusNotification": ("FirmwareStatusNotification", "SignedFirmwareStatusNotification"),
}
REPLACED, TRY_AGAIN_LATER = 4001, 1013  # close codes
# credentials may be renewed (white paper A00.FR.806), and security events are never lost (A04.FR.02)
WHILE_PENDING = {"SecurityEventNotification", "SignCertificate"}


class Link:
    """One accepted socket: who it is, its protocol state, and the ways to answer it and to store what it brought."""

    def __init__(self, opened: OpenedLink, peer: Peer, send: Send) -> None:
        self.station_id = opened.station_id
        self.cp_id = opened.cp_id
        self.epoch = opened.epoch
        self.authenticated = opened.authenticated
        self.peer = peer
        self._asked = 0.0  # when the terms that hold were asked for
        self.hold_to(opened.terms, asked=0.0)
        self.closing = False
        self.seen = time.monotonic()  # of the last OCPP frame
        self.active = False  # sent something since the last lease renewal
        self.wake: Callable[[], None] = lambda: None  # set by Outgoing: a command waits
        self.probes: set[asyncio.Event] = set()  # of newcomers: each waits for a sign of life
        self._triggered: dict[str, float] = {}  # action -> until when a station that is Pending may send it
        self._send = send

    def hold_to(self, terms: Terms, *, asked: float) -> None:
        """From the next frame on. `asked`: the monotonic time at which they were asked for.

        Who asked later has the newer ones, whichever answer is the quicker one.
        """
        if asked >= self._asked:
            self._asked = asked
            self.registration, self.peer.strict, self.peer.milliseconds = terms

    async def look_at_terms(self) -> None:
        """An operator has decided: it holds from the next frame on."""
        asked = time.monotonic()
        self.hold_to(await read(terms_of, self.station_id), asked=asked)

    def may_send(self, action: str) -> bool:
        """Core 4.2: before it is accepted a station boots, and while Pending sends what it was triggered to send."""
        if self.registration == "Accepted" or action == "BootNotification":
            return True
        triggered = self._triggered.get(action, 0.0) > time.monotonic()
        return self.registration == "Pending" and (triggered or action in WHILE_PENDING)

    def note_trigger(self, command: Command, answer: Payload) -> None:
        """A TriggerMessage that was accepted: the message comes after the answer (core 5.17)."""
        if command.action in TRIGGERS and answer.get("status") == "Accepted":
            message = command.payload["requestedMessage"]
            for action in SENT_FOR.get(message, (message,)):
                self._triggered[action] = time.monotonic() + TRIGGER_SECONDS

    async def send_text(self, text: str) -> None:
        if not self.closing:
            sending(self.cp_id, text)
            await self._send({"type": "websocket.send", "text": text})

    async def ping(self) -> None:
        await self._send({"type": "websocket.ping"})

    async def spare(self, silence: float) -> None:
        """No pings: the server cuts it after so many seconds of silence."""
        await self._send({"type": "websocket.keepalive", "silence": silence})

    async def close(self, code: int, reason: str = "") -> None:
        if not self.closing:
            self.closing = True
            await self._send({"type": "websocket.close", "code": code, "reason": reason})

    async def commit(
        self, call: Call, now: datetime, unit: Callable[[Batch], Payload], locks: tuple[Lock, ...] = (), *,
        light: bool = False,
    ) -> Payload:  # fmt: skip
        """Store what a CALL brought, and the CALL with its answer, in one commit; returns the answer.

        `unit(batch)` runs on the writer's thread and returns the payload of the CALLRESULT. A `light` one has no
        statements of its own.
        """

        def work(batch: Batch) -> Payload:
            answer = unit(batch)
            self._note(batch, call, answer, now)
            return answer

        light = light and not call.quirks
        answer: Payload = await writer.commit(work, locks, station=self.station_id, light=light)
        return answer

    def log(self, call: Call, answer: Payload, now: datetime) -> None:
        """Note a CALL that acknowledges nothing; nobody waits for it."""
        if call.action != "Heartbeat" or len(links) < settings.LOG_HEARTBEATS_BELOW:
            self.post(lambda batch: self._note(batch, call, answer, now), light=not call.quirks)

    def log_row(self, row: Row) -> None:
        self.post(lambda batch: batch.insert(MODEL, [row]), light=True)

    def post(self, unit: Callable[[Batch], None], *, light: bool = False) -> None:
        writer.post(unit, station=self.station_id, light=light).add_done_callback(forget)

    def count_quirk(self, kind: str) -> None:
        """Of the link itself rather than of a CALL."""
        quirk, now = Quirk(kind, "", ""), timezone.now()
        self.post(lambda _: count_quirks(station_id=self.station_id, action="", quirks=[quirk], now=now))

    def notice(self, type: Noticed) -> None:
        """What endangers the gateway, of the link itself rather than of a CALL."""
        now = timezone.now()
        self.post(lambda _: note_security_event(type=type, station_id=self.station_id, now=now))

    def _note(self, batch: Batch, call: Call, answer: Payload, now: datetime) -> None:
        batch.insert(MODEL, [incoming_row(self.station_id, self.epoch, call, self.peer.written(answer), now)])
        if call.quirks:
            self.note_quirks(call.action, call.quirks, call.raw, now)

    def note_quirks(self, action: str, quirks: tuple[Quirk, ...], raw: str, now: datetime) -> None:
        """Inside a unit of work: deviations of a message that were lived with."""
        frame = without_secrets(raw)
        count_quirks(station_id=self.station_id, action=action, quirks=quirks, now=now, frame=frame)


def zone_of(opened: OpenedLink) -> ZoneInfo | None:
    return ZoneInfo(opened.time_zone) if opened.time_zone else None


def forget(done: "Future[Any]") -> None:
    """Nobody waits for it; the writer has logged what failed."""
    done.exception()


links: dict[int, Link] = {}
"""station id -> its link in this process"""
opening: set[tuple[int, int]] = set()
"""(station id, epoch) of those that are open in the database, or are about to be, and not among `links` yet"""


def register(link: Link) -> bool:
    """Make it its station's link in this process; False where a newer one is there already."""
    opening.discard((link.station_id, link.epoch))
    current = links.get(link.station_id)
    if current and current.epoch > link.epoch:
        return False
    links[link.station_id] = link
    return True


def is_here(station_id: int, epoch: int) -> bool:
    """By this process, or about to be."""
    current = links.get(station_id)
    return (current is not None and current.epoch == epoch) or (station_id, epoch) in opening


def unregister(opened: OpenedLink) -> None:
    """Forget the link of that epoch; a newer one stays."""
    opening.discard((opened.station_id, opened.epoch))
    current = links.get(opened.station_id)
    if current and current.epoch == opened.epoch:
        del links[opened.station_id]
