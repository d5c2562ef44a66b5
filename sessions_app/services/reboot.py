"""Sessions that were open when their station booted: it may resume them, stop them, or have forgotten them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from sessions_app.models import ChargingSession
from sessions_app.services.endings import end_with_last_register
from sessions_app.services.reconcile import Kind, note, settled
from sessions_app.services.samples import Row

FORGOTTEN_AFTER = timedelta(minutes=15)
SILENT_AFTER = timedelta(hours=24)
Status = ChargingSession.Status


def station_booted(*, station_id: int, now: datetime) -> None:
    """Close nothing: the StopTransaction may come yet (core 5.14), or the session goes on after the reboot."""
    ChargingSession.objects.filter(station_id=station_id, status=Status.ACTIVE, needs_reconcile_since=None).update(
        needs_reconcile_since=now
    )


def resumed(session: ChargingSession, rows: Iterable[Row], *, now: datetime) -> None:
    """MeterValues named it. What was sampled before the boot came out of the station's queue and proves nothing."""
    since = session.needs_reconcile_since
    if since is None or all(row["sampled_at"] < since for row in rows):
        return
    if to_reconcile().filter(pk=session.pk).update(needs_reconcile_since=None):
        settled(session, Kind.SILENT_SESSION, resolution="The station has sent meter values for it again.", now=now)


def look_after_rebooted(*, now: datetime) -> int:
    """End what stations have forgotten and list what they are silent about; returns how many ended.

    Any number of processes may run it: each session is claimed by a conditional update, each item by its key.
    """
    ended = sum(end_with_last_register(session, now=now) for session in forgotten(now))
    for session in silent(now):
        note(
            Kind.SILENT_SESSION, station_id=session.station_id, session=session, now=now, key=silence(session),
            detail=(
                "The station booted during this session and has sent nothing about it for a day. End it with its last "
                "register value, or dismiss this if the vehicle still charges; a late StopTransaction wins in any case."
            ),
        )  # fmt: skip
    return ended


def to_reconcile() -> QuerySet[ChargingSession]:
    return ChargingSession.objects.filter(status=Status.ACTIVE, needs_reconcile_since__isnull=False)


def forgotten(now: datetime) -> QuerySet[ChargingSession]:
    """The connector has been told to be free since the boot: nothing charges there."""
    return to_reconcile().filter(
        station__last_boot_at__lte=now - FORGOTTEN_AFTER,
        active_connector__status="Available",
        active_connector__status_received_at__gte=F("station__last_boot_at"),
    )


def silent(now: datetime) -> list[ChargingSession]:
    """Those without a sign since the boot and for a day; those that are listed already are left out."""
    long_ago = now - SILENT_AFTER
    quiet = Q(last_meter_at=None) | Q(last_meter_at__lte=long_ago)
    rows = to_reconcile().filter(quiet, needs_reconcile_since__lte=long_ago)
    listed = set(
        rows.filter(reconciliation_items__kind=Kind.SILENT_SESSION).values_list("reconciliation_items__key", flat=True)
    )
    return [session for session in rows if silence(session) not in listed]


def silence(session: ChargingSession) -> str:
    """A later boot of the same session is another matter."""
    return f"{session.pk}:{session.needs_reconcile_since:%Y%m%d%H%M%S}"
