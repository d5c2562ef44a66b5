"""The link of one charge point: frames in, one after another, and what they get."""

import logging
import time
from collections import deque
from datetime import datetime
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from ocpp_ws import dead_letters
from ocpp_ws.admission import Denied, admit, put_out_former
from ocpp_ws.handlers import HANDLERS
from ocpp_ws.identity import chosen_subprotocol
from ocpp_ws.links import REPLACED, TRY_AGAIN_LATER, Link, register, unregister, zone_of
from ocpp_ws.message_log import received, refused_row
from ocpp_ws.models import RejectedFrame
from ocpp_ws.outgoing import Outgoing
from ocpp_ws.protocol import (
    INTERNAL_ERROR,
    SECURITY_ERROR,
    Answered,
    Call,
    Failed,
    Ignored,
    Peer,
    Refused,
    Replay,
)
from ocpp_ws.release import release
from stations.links import OpenedLink
from stations.pings import never_ponged
from stations.services import Noticed

logger = logging.getLogger(__name__)
JUNK = {"not-json", "not-a-frame", "no-id", "too-deep"}  # not keep-alives, late answers and types of other versions
JUNK_PER_MINUTE = 10
PROTOCOL_ERROR, UNSUPPORTED_DATA, POLICY_VIOLATION, MESSAGE_TOO_BIG = 1002, 1003, 1008, 1009
NEVER_PONGED = 5001  # the server's word, which no close frame can carry: it was cut, and had answered no ping at all


class ChargePointConsumer(AsyncWebsocketConsumer):
    """Runs its own receive loop: Channels' dispatch costs a thread hop a message, and skips `disconnect` on errors."""

    link: Link
    outgoing: Outgoing

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        await receive()  # websocket.connect
        fits, subprotocol = chosen_subprotocol(scope)
        if not fits:  # OCPP-J 3.2: complete the handshake without the header, then close
            await send({"type": "websocket.accept", "subprotocol": None})
            await send({"type": "websocket.close", "code": PROTOCOL_ERROR})
            return
        try:
            opened = await admit(scope, subprotocol)
        except Denied as denied:
            await self.deny(denied)
            return
        try:
            await put_out_former(opened)
            await self.serve(opened, subprotocol)
        finally:
            await self.release(opened)

    async def deny(self, denied: Denied) -> None:
        logger.warning("Refused %s: %d %s", self.scope["path"], denied.status, denied)
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        if denied.retry_after:
            headers.append((b"retry-after", str(denied.retry_after).encode()))
        if denied.status == 401:
            headers.append((b"www-authenticate", b'Basic realm="OCPP"'))
        await self._send({"type": "websocket.http.response.start", "status": denied.status, "headers": headers})
        await self._send({"type": "websocket.http.response.body", "body": f"{denied}\n".encode()})

    async def serve(self, opened: OpenedLink, subprotocol: str | None) -> None:
        """From the accepted handshake to the end of the link."""
        peer = Peer(serves=HANDLERS, zone=zone_of(opened), call_timeout=settings.CALL_TIMEOUT)
        self.link = Link(opened, peer, self._send)
        self.outgoing = Outgoing(self.link)
        self._junk: deque[float] = deque(maxlen=JUNK_PER_MINUTE)
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})
        logger.info("[%s] Connected (link %d, %s).", opened.cp_id, opened.epoch, subprotocol or "no subprotocol")
        if opened.silence:
            await self.link.spare(opened.silence)
        if not register(self.link):  # two sockets at once: the later epoch was quicker to get here
            await self.link.close(REPLACED, "replaced")
        self.link.wake()
        while True:
            event = await self._receive()
            match event["type"]:
                case "websocket.receive":
                    await self.frame(event.get("text"))
                case "websocket.pong":
                    self.sign_of_life()
                case "websocket.disconnect":
                    self.ended_with(event.get("code"))
                    return

    def ended_with(self, code: int | None) -> None:
        link, now = self.link, timezone.now()
        logger.info("[%s] Disconnected (%s).", link.cp_id, code)
        if code == MESSAGE_TOO_BIG:  # it will send it again: let the operator see why
            link.count_quirk("oversize")
            link.notice(Noticed.OVERSIZE)
        elif code == NEVER_PONGED:
            link.post(lambda _: note_never_ponged(link, now))

    async def release(self, opened: OpenedLink) -> None:
        """However the link ended; a newer one of the same station is left alone."""
        unregister(opened)
        if hasattr(self, "outgoing"):
            self.outgoing.stop()
        await release(opened.station_id, opened.epoch)

    def sign_of_life(self) -> None:
        for probe in self.link.probes:
            probe.set()

    async def frame(self, text: str | None) -> None:
        """One WebSocket message: what the peer makes of it decides."""
        link = self.link
        if text is None:
            await link.close(UNSUPPORTED_DATA, "text frames only")
            return
        link.seen, link.active = time.monotonic(), True
        self.sign_of_life()
        received(link.cp_id, text)
        match event := link.peer.receive(text, link.seen):
            case Call():
                await self.call(event)
            case Refused():
                await self.refused(event)
            case Replay():
                await link.send_text(event.text)
            case Answered() | Failed():
                await self.ended(event)
            case Ignored():
                await self.ignored(event)

    async def call(self, call: Call) -> None:
        """Answer a CALL by its handler; every refusal of ours starts here."""
        link = self.link
        if not link.may_send(call.action):  # OCPP-J errata 3.10
            await self.refuse(call, SECURITY_ERROR, f"The registration is {link.registration}.")
            return
        try:
            text = await self.answer(call, timezone.now())
        except (OperationalError, InterfaceError) as error:
            # no CALLERROR: the station would retry a few times and then discard the message (core 3.7.1)
            logger.error("[%s] %s is not stored: %s", link.cp_id, call.action, error)
            await link.close(TRY_AGAIN_LATER, "try again later")
        except Exception:
            logger.exception("[%s] %s failed: %s", link.cp_id, call.action, call.raw)
            await self.refuse(call, INTERNAL_ERROR)
        else:
            await link.send_text(text)

    async def answer(self, call: Call, now: datetime) -> str:
        """The CALLRESULT by its handler; where that fails by our own fault, for what must not be lost, the least."""
        link = self.link
        try:
            return link.peer.answer(call, await HANDLERS[call.action](link, call, now))
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            if call.action not in dead_letters.KEPT:
                raise
            logger.exception("[%s] %s failed: %s", link.cp_id, call.action, call.raw)
            return link.peer.answer(call, await dead_letters.bury(link, call, error, now))

    async def ended(self, event: Answered | Failed) -> None:
        try:
            await self.outgoing.ended(event)
        except (OperationalError, InterfaceError) as error:
            logger.error("[%s] An answer is stored later: %s", self.link.cp_id, error)
            await self.link.close(TRY_AGAIN_LATER, "try again later")

    async def refuse(self, call: Call, code: str, description: str = "") -> None:
        text = self.link.peer.refuse(call, code, description)
        await self.refused(Refused(text, call.action, code, description, call.raw, call.unique_id))

    async def refused(self, refused: Refused) -> None:
        """Send the CALLERROR; its CALL is kept word for word, for the station may discard it."""
        link, now = self.link, timezone.now()
        await link.send_text(refused.text)
        link.log_row(refused_row(link.station_id, link.epoch, refused, now))
        frame = dead_letters.refused_frame(link, refused, now)
        link.post(lambda batch: batch.insert(RejectedFrame, [frame]), light=True)

    async def ignored(self, event: Ignored) -> None:
        """No readable id, so nothing to answer; who sends many of them is put out."""
        logger.warning("[%s] Ignored a frame (%s).", self.link.cp_id, event.reason)
        if event.reason not in JUNK:
            return
        now = time.monotonic()
        if len(self._junk) == JUNK_PER_MINUTE and now - self._junk[0] < 60:
            self.link.notice(Noticed.FLOOD)
            await self.link.close(POLICY_VIOLATION, "too many unreadable frames")
        self._junk.append(now)


def note_never_ponged(link: Link, now: datetime) -> None:
    if never_ponged(station_id=link.station_id, now=now):
        logger.warning("[%s] It answers no pings: it gets none from now on.", link.cp_id)
