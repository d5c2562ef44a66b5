"""Ways for a session to end, each a conditional update: two processes may hear of its end at the same moment."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from sessions_app.models import ChargingSession
from sessions_app.services.energy import with_energy_judged
from sessions_app.services.reconcile import Kind, settled
from stations.profiles.installed import transaction_ended

Status = ChargingSession.Status
NOT_STOPPED = Q(status=Status.ACTIVE) | Q(stop_inferred=True)
ENDED: dict[str, Any] = {"active_connector": None, "power_w": None, "needs_reconcile_since": None}


def change(session: ChargingSession, condition: Q, **columns: Any) -> bool:
    """A conditional update of one session; the instance follows the row, whatever it is by now."""
    changed = ChargingSession.objects.filter(condition, pk=session.pk).update(**columns)
    if not changed:
        session.refresh_from_db()
        return False
    for name, value in columns.items():
        setattr(session, name, value)
    return True


def end(session: ChargingSession, condition: Q, *, now: datetime, resolution: str, **columns: Any) -> bool:
    """It is active no more. `resolution` is for the operator's list, should it stand there as silent."""
    was_rebooted = session.needs_reconcile_since is not None
    if not change(session, condition, **ENDED, **columns):
        return False
    transaction_ended(station_id=session.station_id, transaction_id=session.transaction_id)
    if was_rebooted:
        settled(session, Kind.SILENT_SESSION, resolution=resolution, now=now)
    return True


def interrupt(session: ChargingSession, *, meter: int, at: datetime, now: datetime) -> bool:
    """A new session starts on the same connector: the older one ends with what is known; a late stop still wins."""
    last = session.last_meter_wh if session.last_meter_wh is not None else session.meter_start
    meter_stop, stopped_at = max(meter, last), max(at, session.started_at)  # queued messages may come out of order
    return end(
        session, Q(status=Status.ACTIVE), now=now, resolution="A new session has begun on its connector.",
        status=Status.INTERRUPTED, stop_inferred=True, meter_stop=meter_stop, stopped_at=stopped_at,
        stop_received_at=now, flags=with_energy_judged(session.flags, session, meter_stop, stopped_at),
    )  # fmt: skip


def end_with_last_register(session: ChargingSession, *, now: datetime) -> bool:
    """No StopTransaction came after a boot. False where the session has gone on, or has ended, meanwhile."""
    unchanged = Q(status=Status.ACTIVE, needs_reconcile_since=session.needs_reconcile_since)
    last = session.last_meter_wh if session.last_meter_wh is not None else session.meter_start
    stopped_at = max(session.last_meter_at or session.needs_reconcile_since or now, session.started_at)
    return end(
        session, unchanged, now=now, resolution="Its connector was free: it was ended with its last register value.",
        status=Status.INTERRUPTED, stop_inferred=True, meter_stop=last, stopped_at=stopped_at,
        stop_received_at=now, flags=with_energy_judged(session.flags, session, last, stopped_at),
    )  # fmt: skip
