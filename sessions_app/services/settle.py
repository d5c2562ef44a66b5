"""What an operator can do about an item of the reconciliation list: one click each.

An item is claimed by a conditional update in the transaction of its fix: two operators cannot fix it twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, Q, QuerySet

from sessions_app.models import ChargingSession, MeterValue, ReconciliationItem
from sessions_app.services import samples, stop
from sessions_app.services.endings import NOT_STOPPED, change, end_with_last_register
from sessions_app.services.meter_values import Metering, record_samples, show_latest
from sessions_app.services.reconcile import Kind
from sessions_app.services.stop import Stop, stop_session

CANDIDATES = 8
CHUNK = 500  # databases limit the number of parameters
Apply = Callable[[ReconciliationItem, ChargingSession | None, datetime], None]


class NotPossible(Exception):
    """The fix does not fit any more; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Fix:
    """`resolution` is what the item says afterwards; `chooses` where the operator names a session."""

    title: str
    resolution: str
    apply: Apply
    chooses: bool = False


def settle(
    *, item_id: int, name: str, by: str, now: datetime, session_id: int | None = None
) -> ReconciliationItem:  # fmt: skip
    """Do what the operator chose and write down who and when. Raises NotPossible, ReconciliationItem.DoesNotExist."""
    with transaction.atomic():
        item = ReconciliationItem.objects.get(pk=item_id)
        fix = fixes_of(item).get(name)
        if fix is None:
            raise NotPossible("This cannot be done here.")
        session = chosen(item, session_id) if fix.chooses else item.session
        resolution = f"{fix.resolution} {session.pk}." if fix.chooses and session else fix.resolution
        mine = ReconciliationItem.objects.filter(pk=item.pk, resolved_at=None)
        if not mine.update(resolved_at=now, resolved_by=by[:150], resolution=resolution, session=session):
            raise NotPossible("It has been resolved meanwhile.")
        fix.apply(item, session, now)
    return item


def chosen(item: ReconciliationItem, session_id: int | None) -> ChargingSession:
    session = candidates(item).filter(pk=session_id or 0).first()
    if session is None:
        raise NotPossible("Choose one of this station's sessions; that one does not fit, or has ended meanwhile.")
    return session


def fixes_of(item: ReconciliationItem) -> dict[str, Fix]:
    """What is offered for such an item, by name."""
    by_kind = FIXES[Kind(item.kind)]
    if item.kind == Kind.FOREIGN_TRANSACTION:
        by_kind = (CLOSE if item.action == stop.ACTION else ATTACH) | DISMISS
    return by_kind


def candidates(item: ReconciliationItem) -> QuerySet[ChargingSession]:
    """The station's sessions that a fix may name, newest first."""
    rows = ChargingSession.objects.filter(station=item.station_id).order_by("-pk")
    return rows.filter(NOT_STOPPED) if item.action == stop.ACTION else rows


def close_session(item: ReconciliationItem, session: ChargingSession | None, now: datetime) -> None:
    """As if the StopTransaction had named this session."""
    if session is None:
        raise NotPossible("No session was chosen.")
    told = {**item.payload, "transactionId": session.transaction_id}
    closed = stop_session(Stop.of(item.station_id, told, item.created_at))
    data = told.get("transactionData", [])
    homeless = Metering(item.station_id, 0, None, data, item.created_at)
    digests = [row["digest"] for row in samples.rows_of(homeless, None)]
    for start in range(0, len(digests), CHUNK):  # they were stored without a session when the message came
        rows = MeterValue.objects.filter(station=item.station_id, session=None, connector_number=0)
        rows.filter(digest__in=digests[start : start + CHUNK]).delete()
    at_home = Metering(
        item.station_id, session.connector_number, session.transaction_id, data, item.created_at
    )  # fmt: skip
    record_samples(at_home, closed, insert)


def insert(model: type[Model], rows: list[dict[str, Any]]) -> None:
    model._default_manager.bulk_create([model(**row) for row in rows], ignore_conflicts=True)


def attach_values(item: ReconciliationItem, session: ChargingSession | None, now: datetime) -> None:
    """All values of that connector without a session, from this message on until the next number that fitted none."""
    if session is None:
        raise NotPossible("No session was chosen.")
    number = min(max(item.payload.get("connectorId", 0), 0), 2_147_483_647)  # as the column holds it
    later = ReconciliationItem.objects.filter(
        station=item.station_id, action=item.action, created_at__gt=item.created_at, payload__connectorId=number
    ).order_by("created_at")
    until = later.values_list("created_at", flat=True).first() or now
    rows = MeterValue.objects.filter(
        station=item.station_id, connector_number=number, session=None,
        received_at__gte=item.created_at, received_at__lt=until,
    )  # fmt: skip
    values: list[dict[str, Any]] = list(map(dict, rows.values()))
    rows.update(session=session)
    if session.status == ChargingSession.Status.ACTIVE:
        show_latest({session: values})


def use_stop(item: ReconciliationItem, session: ChargingSession | None, now: datetime) -> None:
    """The second StopTransaction counts; the first one is kept among the conflicts."""
    if session is None:
        raise NotPossible("The session is gone.")
    other = Stop.of(item.station_id, item.payload, item.created_at)
    first = {
        "meterStop": session.meter_stop, "timestamp": session.stopped_as_sent, "reason": session.stop_reason,
        "idTag": session.stop_id_tag,
    }  # fmt: skip
    unchanged = Q(meter_stop=session.meter_stop, stopped_as_sent=session.stopped_as_sent)
    columns = stop.end_of(session, other) | {"stop_conflicts": [*session.stop_conflicts, first]}
    if not change(session, unchanged, **columns):
        raise NotPossible("The session has changed meanwhile.")


def end_silent(item: ReconciliationItem, session: ChargingSession | None, now: datetime) -> None:
    if session is None or session.needs_reconcile_since is None or not end_with_last_register(session, now=now):
        raise NotPossible("The session has gone on, or has ended, meanwhile.")


def nothing(item: ReconciliationItem, session: ChargingSession | None, now: datetime) -> None:
    """The item alone is settled."""


CLOSE = {"close": Fix("Close this session with the stop", "Closed session", close_session, chooses=True)}
ATTACH = {"attach": Fix("Attach the values to this session", "Attached to session", attach_values, chooses=True)}
ACCEPT = {"accept": Fix("Accept as it is", "Accepted as it is.", nothing)}
DISMISS = {"dismiss": Fix("Dismiss", "Dismissed.", nothing)}
FIXES: dict[Kind, dict[str, Fix]] = {
    Kind.UNMATCHED_STOP: CLOSE | DISMISS,
    Kind.UNMATCHED_METER_VALUES: ATTACH | DISMISS,
    Kind.STOP_CONFLICT: ACCEPT | {"use": Fix("Use this stop instead", "This stop was used instead.", use_stop)},
    Kind.SUSPECT_SESSION: ACCEPT | DISMISS,
    Kind.SILENT_SESSION: {"end": Fix("End with the last register value", "Ended with its last value.", end_silent)}
    | DISMISS,
}
