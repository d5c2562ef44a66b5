"""StopTransaction (core 4.10): the central system cannot prevent a transaction from stopping."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ocpp_ws.protocol import Timestamp, ci_key, parse_timestamp
from rfid.services import find_card, same_group
from sessions_app.models import ChargingSession
from sessions_app.services.endings import NOT_STOPPED, end
from sessions_app.services.energy import with_energy_judged
from sessions_app.services.ids import find_session
from sessions_app.services.reconcile import Kind, key_of, note, note_suspects, note_unmatched, owner_elsewhere

Status = ChargingSession.Status
ACTION = "StopTransaction"


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
    payload: Mapping[str, Any] = field(default_factory=dict)  # as sent, for the reconciliation list

    @classmethod
    def of(cls, station_id: int, payload: Mapping[str, Any], now: datetime) -> "Stop":
        """From a payload that has passed its schema."""
        return cls(
            station_id, payload["transactionId"], payload["meterStop"], parse_timestamp(payload["timestamp"], now),
            payload.get("idTag", ""), payload.get("reason") or "Local", now, payload,
        )  # fmt: skip

    @property
    def key(self) -> str:
        """A repeated one has the same."""
        return key_of(self.transaction_id, self.meter_stop, self.at.as_sent, ci_key(self.id_tag), self.reason)


def stop_session(stop: Stop) -> ChargingSession | None:
    """Close the session that this StopTransaction names, or the only one that fits; None where none does.

    A repeated stop changes nothing; a different one is kept beside the first, which wins. A late one replaces what was
    only inferred. What fits no session, or leaves doubts, is put on the operator's list.
    """
    session, owner = find_session(stop.station_id, stop.transaction_id, now=stop.received_at), ""
    if session is None:
        owner = owner_elsewhere(stop.station_id, stop.transaction_id)
        session = None if owner else inferred_session(stop)
    if session is None:
        note_unmatched(
            station_id=stop.station_id, transaction_id=stop.transaction_id, owner=owner, key=stop.key, action=ACTION,
            payload=dict(stop.payload), now=stop.received_at,
        )  # fmt: skip
    elif not close(session, stop) and is_other_stop(session, stop):
        keep_conflict(session, stop)
    return session


def inferred_session(stop: Stop) -> ChargingSession | None:
    """The session that this very message has stopped already, else the one that fits."""
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
    """The station's only open session that fits: meter and time not before its start (core errata 3.18, -1).

    Of several the only one of the card that stops. A known number of another card is no reason to guess.
    """
    fitting = [
        session
        for session in ChargingSession.objects.filter(station_id=stop.station_id, status=Status.ACTIVE)
        if stop.meter_stop >= session.meter_start and stop.at.effective >= session.started_at
    ]
    if stop.id_tag:
        its_own = [session for session in fitting if session.id_tag_key == ci_key(stop.id_tag)[:255]]
        allowed = its_own or [session for session in fitting if may_stop(stop.id_tag, session)]
        fitting = allowed if allowed or stop.transaction_id > 0 else fitting
    if len(fitting) != 1:
        return None
    session = fitting[0]
    session.flags = [*session.flags, "matched_by_inference"]
    return session


def may_stop(id_tag: str, session: ChargingSession) -> bool:
    """The session's own card, or another one of its group (core 3.10)."""
    if session.id_tag_key == ci_key(id_tag)[:255]:
        return True
    card = find_card(id_tag)
    return card is not None and (card == session.card or same_group(card, session.card))


def close(session: ChargingSession, stop: Stop) -> bool:
    """False where it has been stopped by a StopTransaction already, maybe this moment in another process."""
    came = "Its StopTransaction has come."
    if not end(session, NOT_STOPPED, now=stop.received_at, resolution=came, **end_of(session, stop)):
        return False
    note_suspects(session, action=ACTION, payload=dict(stop.payload), now=stop.received_at)
    return True


def end_of(session: ChargingSession, stop: Stop) -> dict[str, Any]:
    """The columns of a session that this StopTransaction ends."""
    flags = with_energy_judged([*session.flags, *stop.at.flags], session, stop.meter_stop, stop.at.effective)
    if stop.meter_stop < max(session.meter_start, session.last_meter_wh or session.meter_start):
        flags.append("meter_went_back")
    if stop.at.effective < session.started_at:
        flags.append("stop_before_start")
    return {
        "flags": list(dict.fromkeys(flags)), "status": Status.COMPLETED, "stop_inferred": False,
        "meter_stop": stop.meter_stop, "stop_reason": stop.reason[:40], "stop_id_tag": stop.id_tag[:255],
        "stopped_at": stop.at.effective, "stopped_as_sent": stop.at.as_sent, "stop_received_at": stop.received_at,
    }  # fmt: skip


def is_other_stop(session: ChargingSession, stop: Stop) -> bool:
    return (session.meter_stop, session.stopped_as_sent) != (stop.meter_stop, stop.at.as_sent)


def keep_conflict(session: ChargingSession, stop: Stop) -> None:
    other = {"meterStop": stop.meter_stop, "timestamp": stop.at.as_sent, "reason": stop.reason, "idTag": stop.id_tag}
    if other in session.stop_conflicts:
        return
    session.stop_conflicts = [*session.stop_conflicts, other]
    session.flags = list(dict.fromkeys([*session.flags, "stop_conflict"]))
    session.save(update_fields=["stop_conflicts", "flags"])
    note(
        Kind.STOP_CONFLICT, station_id=stop.station_id, session=session, key=f"{session.pk}:{stop.key}", action=ACTION,
        payload=dict(stop.payload), now=stop.received_at,
        detail=(
            f"This session ended at {session.meter_stop} Wh; then a second StopTransaction said {stop.meter_stop} Wh "
            f"at {stop.at.as_sent}. The first one counts. Accept that, or use this one instead."
        ),
    )  # fmt: skip
