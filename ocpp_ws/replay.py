"""Runs a dead letter through its handler once more, as if it came now but was received then."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.utils import timezone

from ocpp_ws.batch import AWAY, Batch, Lock, Unit, run_batch
from ocpp_ws.dead_letters import description
from ocpp_ws.handlers import HANDLERS
from ocpp_ws.links import Link, Payload, zone_of
from ocpp_ws.models import RejectedFrame
from ocpp_ws.protocol import Call, Peer
from stations.links import OpenedLink, Terms


class RepairedMeanwhile(Exception):
    """Another run was quicker."""


class Unreadable(Exception):
    """The frame is no CALL that is served."""


class Rehearsed(Exception):
    """It went well, and is rolled back."""


class ReplayLink(Link):
    """A link without a socket: its one unit of work claims the frame, so it is repaired once, in one commit."""

    def __init__(self, frame: RejectedFrame, *, rehearse: bool) -> None:
        station = frame.station
        opened = OpenedLink(station.pk, station.cp_id, frame.epoch, Terms(), None, [], time_zone=station.time_zone)
        super().__init__(opened, Peer(serves=HANDLERS, zone=zone_of(opened)), nobody)
        self._frame, self._rehearse = frame, rehearse

    async def commit(
        self, call: Call, now: datetime, unit: Callable[[Batch], Payload], locks: tuple[Lock, ...] = (), *,
        light: bool = False,
    ) -> Payload:  # fmt: skip
        def work(batch: Batch) -> Payload:
            self._claim()
            answer = unit(batch)
            self.peer.answer(call, answer)  # raises where the answer is the trouble
            self._note(batch, call, answer, now)
            if self._rehearse:
                batch.work_off()
                batch.flush()
                raise Rehearsed
            return answer

        [(answer, failure)] = await sync_to_async(run_batch)([Unit(work, locks)])
        if failure:
            raise failure
        return answer

    def _claim(self) -> None:
        mine = RejectedFrame.objects.filter(pk=self._frame.pk, repaired_at=None)
        if not mine.update(repaired_at=timezone.now()):
            raise RepairedMeanwhile


async def nobody(_message: dict[str, Any]) -> None:
    """There is no socket."""


def replay(frame: RejectedFrame, *, rehearse: bool = False) -> str:
    """Repair one frame; returns "" or why it still fails. Raises where the database is away.

    A rehearsal does the same and rolls it back.
    """
    try:
        async_to_sync(run)(frame, rehearse)
    except (RepairedMeanwhile, Rehearsed):
        return ""
    except AWAY:
        raise
    except Exception as error:  # noqa: BLE001 - it is reported, and the frame stays a dead letter
        if not rehearse:
            RejectedFrame.objects.filter(pk=frame.pk, repaired_at=None).update(error=description(error))
        return description(error)
    return ""


async def run(frame: RejectedFrame, rehearse: bool) -> None:
    link = ReplayLink(frame, rehearse=rehearse)
    call = link.peer.receive(frame.raw, 0.0)
    if not isinstance(call, Call):
        raise Unreadable(f"the frame is read as {type(call).__name__}")
    await HANDLERS[call.action](link, call, frame.received_at)
