"""A station's commands on their way out: one CALL outstanding, the next after its end (OCPP-J 4.1.1).

Never waits for the station inside a handler: the CALL goes out, its answer arrives as a later frame or not at all.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

from django.utils import timezone

from ocpp_ws.batch import AWAY, Batch, UnitFailed
from ocpp_ws.links import Link
from ocpp_ws.message_log import MODEL, outgoing_row
from ocpp_ws.protocol import Answered, Failed, InvalidPayload, Unanswered
from ocpp_ws.writer import writer
from stations import doorbell, outbox
from stations.effects import take_effect
from stations.models import Command
from stations.secrets import masked

logger = logging.getLogger(__name__)
State = Command.State
Ended = Answered | Failed | Unanswered

unstored: list[Callable[[Batch], None]] = []
"""outcomes of commands that came while the database was away"""


class Outgoing:
    """Sends what the outbox holds for one link."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._wanted = self._stopped = False
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None  # the loop itself keeps no reference to its tasks
        link.wake = self.wake

    def wake(self) -> None:
        """A command may wait, or the line is free: send the next one."""
        self._wanted = True
        if self._task is None and not self._link.closing:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._wanted and not self._link.peer.busy and not self._link.closing:
                self._wanted = False  # a ring from here on counts
                if await self._send_next():
                    self._wanted = True
        except Exception:
            logger.exception("[%s] The outbox could not be read; it is tried again.", self._link.cp_id)
        finally:
            self._task = None

    async def _send_next(self) -> bool:
        """Send the oldest queued command; False where there is none. Its row says `sent` before its text leaves."""
        link, unique_id, now = self._link, str(uuid4()), timezone.now()
        station = {"station_id": link.station_id, "epoch": link.epoch}
        command = await writer.commit(
            lambda _: outbox.take_next(**station, unique_id=unique_id, now=now), station=link.station_id
        )
        if command is None or self._stopped:  # the link was lost meanwhile: what was taken becomes unknown
            return False
        try:
            text = link.peer.call(
                command.action, command.payload, ref=command, now=time.monotonic(), unique_id=unique_id
            )
        except InvalidPayload as error:  # checked when it was given: only a change of versions comes here
            await self._finish(command, State.CANCELLED, reason=str(error)[:255])
            return True
        self._start_timer()
        await link.send_text(text)
        return True

    def _start_timer(self) -> None:
        deadline = self._link.peer.deadline()
        if deadline is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, deadline - time.monotonic()), self._expire)

    def _expire(self) -> None:
        event = self._link.peer.expire(time.monotonic())
        if event is not None:
            self._ending = asyncio.get_running_loop().create_task(self._give_up(event))
        elif self._link.peer.busy:
            self._start_timer()  # woken a moment too early

    async def _give_up(self, event: Unanswered) -> None:
        try:
            await self.ended(event)
        except Exception:
            logger.exception("[%s] A time-out could not be stored.", self._link.cp_id)

    async def ended(self, event: Ended) -> None:
        """An answer, an error or silence: store it, tell who asked, send the next one."""
        command: Command = event.ref  # type: ignore[assignment]
        if isinstance(event, Answered):
            self._link.note_trigger(command, event.payload)
        if isinstance(event, Unanswered):
            await self._finish(command, State.TIMEOUT, reason="The station did not answer in time.")
        elif event.late:
            answer = event.payload if isinstance(event, Answered) else {"errorCode": event.code}
            await self._keep_late(command, answer, answered=isinstance(event, Answered) and not event.deviations)
        elif isinstance(event, Failed):
            error: dict[str, Any] = {"error_code": event.code[:64], "error_description": event.description[:255]}
            await self._finish(command, State.CALL_ERROR, logged=error, **error)
        else:
            await self._finish_answered(command, event)
        self.wake()

    async def _keep_late(self, command: Command, answer: dict[str, Any], *, answered: bool) -> None:
        now = timezone.now()

        def unit(_batch: Batch) -> None:
            first = outbox.keep_late_answer(command_id=command.pk, answer=masked(answer))
            if first and answered:
                take_effect(command, answer, now)

        await writer.commit(unit, station=self._link.station_id)

    async def _finish_answered(self, command: Command, event: Answered) -> None:
        state = State.INVALID_RESPONSE if event.deviations else State.ANSWERED
        answer = masked(event.payload)
        outcome: dict[str, Any] = {"answer": answer, "status": str(event.payload.get("status", ""))[:50]}
        if event.deviations:
            outcome["reason"] = "; ".join(f"{one.path} {one.kind}" for one in event.deviations)[:255]
        await self._finish(command, state, logged={"answer": answer}, event=event, **outcome)

    async def _finish(
        self,
        command: Command,
        state: str,
        *,
        logged: dict[str, Any] | None = None,
        event: Answered | None = None,
        **outcome: Any,
    ) -> None:
        """`logged`: the outcome in the message log; `event`: the answer as it came, for its effect here."""
        if self._timer:
            self._timer.cancel()
        now, link = timezone.now(), self._link

        def unit(batch: Batch, *, effective: bool = True, late: bool = False) -> None:
            stored_at = timezone.now() if late else now  # whoever looks for what is new looks back a minute only
            ended = outbox.finish(command, state, now=stored_at, **outcome)
            if ended and effective:
                if event and not event.deviations:
                    take_effect(command, event.payload, stored_at)
                outbox.go_on(command, state, outcome.get("status", ""))
            if event and event.quirks:
                link.note_quirks(command.action, event.quirks, event.raw, now)
            payload = link.peer.written(command.payload)
            row = outgoing_row(link.station_id, link.epoch, command, payload, now, **(logged or {}))
            batch.insert(MODEL, [row | ({} if logged else {"answered_at": None})])

        try:
            await writer.commit(unit, station=link.station_id)
        except AWAY:
            unstored.append(partial(unit, late=True))  # the station has done it: stored before the link is released
            raise
        except UnitFailed:
            logger.exception("[%s] The answer to %s has no effect here.", link.cp_id, command.action)
            await writer.commit(partial(unit, effective=False), station=link.station_id)
        await tell(command.pk, command.reply_to)

    def stop(self) -> None:
        """The link is gone; what was sent becomes unknown by stations.links.close_link."""
        self._stopped = True
        self._link.peer.abandon()
        if self._timer:
            self._timer.cancel()


async def tell(command_id: int, reply_to: str) -> None:
    """Ring who waits for this command."""
    doorbell.waiting.done(command_id)
    if reply_to != doorbell.own_channel():
        await doorbell.aring(reply_to, {"type": "command.done", "command": command_id})
