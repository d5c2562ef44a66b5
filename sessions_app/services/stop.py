"""StopTransaction (core 4.10): the central system cannot prevent a transaction from stopping."""

import logging
from dataclasses import dataclass
from datetime import datetime

from ocpp_ws.protocol import Timestamp
from sessions_app.models import ChargingSession
from sessions_app.services.ids import find_session

logger = logging.getLogger(__name__)
Status = ChargingSession.Status


@dataclass(frozen=True, slots=True)
class Stop:
    """A StopTransaction.req of a station; `reason` is Local where none was sent (OCPP-J errata 2.6)."""

    station_id: int
    transaction_id: int
    meter_stop: int
    at: Timestamp
    id_tag: str
    reason: str
    received_at: datetime


def stop_session(stop: Stop) -> ChargingSession | None:
    """Close the session that this StopTransaction names, or the only one that fits; None where none does.

    A repeated stop changes nothing; a different one is kept beside the first, which wins. A late one replaces what was
    only inferred.
    """
    session = session_of(stop)
    if session is None:
        logger.warning(
            "StopTransaction of station %s for transaction %s fits no session: kept in the message log only.",
            stop.station_id, stop.transaction_id,
        )  # fmt: skip
    elif session.status == Status.ACTIVE or session.stop_inferred:
        close(session, stop)
    elif (session.meter_stop, session.stopped_as_sent) != (stop.meter_stop, stop.at.as_sent):
        keep_conflict(session, stop)
    return session


def session_of(stop: Stop) -> ChargingSession | None:
    """The session of that number, else the one that this very message has stopped already, else the one that fits."""
    if named := find_session(stop.station_id, stop.transaction_id, now=stop.received_at):
        return named
    if is_timeless(stop.at):  # equal messages of a station without a clock may well be two
        return fitting_session(stop) or stopped_by(stop)
    return stopped_by(stop) or fitting_session(stop)


def is_timeless(at: Timestamp) -> bool:
    """Equal times of such a station do not mean the same moment."""
    return "clockless" in at.flags or "unparsable_time" in at.flags


def stopped_by(stop: Stop) -> ChargingSession | None:
    stopped = ChargingSession.objects.filter(station_id=stop.station_id, stop_inferred=False)
    return stopped.filter(meter_stop=stop.meter_stop, stopped_as_sent=stop.at.as_sent).first()


def fitting_session(stop: Stop) -> ChargingSession | None:
    """The station's only open session, if meter and time are not before its start (core errata 3.18, -1)."""
    open_ones = list(ChargingSession.objects.filter(station_id=stop.station_id, status=Status.ACTIVE)[:2])
    if len(open_ones) != 1:
        return None
    session = open_ones[0]
    if stop.meter_stop < session.meter_start or stop.at.effective < session.started_at:
        return None
    if stop.id_tag and session.id_tag_key != stop.id_tag.lower() and stop.transaction_id > 0:
        return None
    session.flags = [*session.flags, "matched_by_inference"]
    return session


def close(session: ChargingSession, stop: Stop) -> None:
    flags = [*session.flags, *stop.at.flags]
    if stop.meter_stop < max(session.meter_start, session.last_meter_wh or session.meter_start):
        flags.append("meter_went_back")
    if stop.at.effective < session.started_at:
        flags.append("stop_before_start")
    session.flags = list(dict.fromkeys(flags))
    session.status, session.active_connector = Status.COMPLETED, None
    session.meter_stop, session.stop_reason, session.stop_id_tag = stop.meter_stop, stop.reason[:40], stop.id_tag[:255]
    session.stopped_at, session.stopped_as_sent = stop.at.effective, stop.at.as_sent
    session.stop_received_at, session.stop_inferred, session.power_w = stop.received_at, False, None
    session.save()


def keep_conflict(session: ChargingSession, stop: Stop) -> None:
    other = {"meterStop": stop.meter_stop, "timestamp": stop.at.as_sent, "reason": stop.reason, "idTag": stop.id_tag}
    if other in session.stop_conflicts:
        return
    session.stop_conflicts = [*session.stop_conflicts, other]
    session.flags = list(dict.fromkeys([*session.flags, "stop_conflict"]))
    session.save(update_fields=["stop_conflicts", "flags"])


def interrupt(session: ChargingSession, *, meter: int, at: Timestamp, now: datetime) -> None:
    """A new session starts on the same connector: the older one ends with what is known; a late stop still wins."""
    last = session.last_meter_wh if session.last_meter_wh is not None else session.meter_start
    session.status, session.active_connector, session.stop_inferred = Status.INTERRUPTED, None, True
    session.meter_stop = meter if meter >= last else last
    session.stopped_at = max(at.effective, session.started_at)  # queued messages may come out of order
    session.stop_received_at, session.power_w = now, None
    session.save()
