"""Frames that must not be lost when we ourselves are wrong: kept word for word, confirmed, and run again later.

A station that gets a CALLERROR for a transaction message tries a few times and then discards it (core 3.7.1).
"""

from datetime import datetime

from ocpp_ws.batch import Batch
from ocpp_ws.handlers import start_of
from ocpp_ws.links import Link, Payload
from ocpp_ws.models import RejectedFrame
from ocpp_ws.protocol import Call, Refused
from ocpp_ws.rows import Row
from ocpp_ws.writer import writer
from sessions_app.services import minimal_session

KEPT = {"StartTransaction", "StopTransaction", "MeterValues", "StatusNotification", "SecurityEventNotification"}
ERROR_LENGTH = 2000


async def bury(link: Link, call: Call, error: Exception, now: datetime) -> Payload:
    """Keep a frame whose handler failed; returns what the station gets. Raises where that fails, too.

    A StartTransaction gets the number of a minimal session; the others are confirmed by `{}`.
    """
    start = start_of(link.station_id, call.payload, now) if call.action == "StartTransaction" else None
    frame = frame_row(link, RejectedFrame.Kind.DEAD_LETTER, call, description(error), now)

    def unit(_batch: Batch) -> Payload:
        RejectedFrame.objects.create(**frame)
        if start is None:
            return {}
        session = minimal_session(start)
        return {"transactionId": session.transaction_id, "idTagInfo": session.id_tag_info}

    answer: Payload = await writer.commit(unit, start.locks if start else (), station=link.station_id)
    return answer


def refused_frame(link: Link, refused: Refused, now: datetime) -> Row:
    """A CALL that gets a CALLERROR."""
    error = f"{refused.code}: {refused.description}".removesuffix(": ")
    return frame_row(link, RejectedFrame.Kind.REFUSED, refused, error, now)


def frame_row(link: Link, kind: str, frame: Call | Refused, error: str, now: datetime) -> Row:
    return {
        "station_id": link.station_id, "epoch": link.epoch, "kind": kind, "action": frame.action[:64],
        "unique_id": str(frame.unique_id)[:255], "raw": without_nul(frame.raw), "error": error, "received_at": now,
        "repaired_at": None,
    }  # fmt: skip


def description(error: Exception) -> str:
    return without_nul(f"{type(error).__name__}: {error}")[:ERROR_LENGTH]


def without_nul(text: str) -> str:
    """PostgreSQL takes no NUL."""
    return text.replace("\x00", "\ufffd")
