"""Which rows are events: a type, the rows that have happened since, and what is told of each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from gateway.models import Alert, Event, ToldConnection
from ocpp_ws.protocol import exact_timestamp
from sessions_app.models import ChargingSession
from stations.models import ChargingStation, Command, ConnectorStatusChange

Type = Event.Type
Moment = tuple[Any, datetime]
"""primary key of a row, and when it happened"""


@dataclass(frozen=True)
class Source:
    """Rows of `rows` happened at their column `moment`, which an index begins with (stations are few)."""

    type: Type
    rows: QuerySet[Any]
    moment: str
    facts: Callable[[Any], dict[str, Any]]

    def since(self, since: datetime) -> list[Moment]:
        rows = self.rows.filter(**{f"{self.moment}__gte": since}).order_by(self.moment)
        return list(rows.values_list("pk", self.moment))

    def event(self, row: Any, now: datetime) -> Event:
        at = getattr(row, self.moment)
        cp_id = row.cp_id if isinstance(row, ChargingStation) else row.station.cp_id
        return Event(
            type=self.type, cp_id=cp_id, at=at, data=self.facts(row), key=key(self.type, row.pk, at), noted_at=now
        )


def key(kind: Type, pk: Any, at: datetime) -> str:
    return f"{kind}:{pk}:{at.timestamp():.6f}"


def booted(station: ChargingStation) -> dict[str, Any]:
    return {
        "vendor": station.vendor, "model": station.model, "firmwareVersion": station.firmware,
        "registration": station.boot_answer,
    }  # fmt: skip


def status(change: ConnectorStatusChange) -> dict[str, Any]:
    return {
        "connectorId": change.connector_number, "status": change.status, "errorCode": change.error_code,
        "info": change.info, "vendorErrorCode": change.vendor_error_code, "timestamp": utc(change.timestamp),
        "outdated": change.outdated,
    }  # fmt: skip


def started(session: ChargingSession) -> dict[str, Any]:
    return {
        "sessionId": session.pk, "transactionId": session.transaction_id, "connectorId": session.connector_number,
        "startedAt": utc(session.started_at), "meterStart": session.meter_start,
        "remoteCommandId": session.command_id,
    }  # fmt: skip


def stopped(session: ChargingSession) -> dict[str, Any]:
    return started(session) | {
        "status": session.status, "stoppedAt": utc(session.stopped_at), "meterStop": session.meter_stop,
        "energyWh": session.energy_wh, "stopReason": session.stop_reason, "stopInferred": session.stop_inferred,
        "flags": session.flags,
    }  # fmt: skip


def ended(command: Command) -> dict[str, Any]:
    return {
        "commandId": command.pk, "action": command.action, "state": command.state, "status": command.status,
        "accepted": command.accepted, "latencyMs": command.latency_ms, "reason": command.reason,
    }  # fmt: skip


def about_alert(alert: Alert) -> dict[str, Any]:
    return {
        "alertId": alert.pk, "kind": alert.kind, "connectorId": alert.connector_number, "sessionId": alert.session_id,
        "since": utc(alert.since), "detail": alert.detail,
    }  # fmt: skip


def utc(moment: datetime | None) -> str | None:
    return exact_timestamp(moment) if moment else None


SOURCES = (
    Source(Type.STATION_BOOTED, ChargingStation.objects.all(), "last_boot_at", booted),
    Source(
        Type.CONNECTOR_STATUS, ConnectorStatusChange.objects.select_related("station"), "received_at", status
    ),
    Source(Type.SESSION_STARTED, ChargingSession.objects.select_related("station"), "start_received_at", started),
    Source(Type.SESSION_STOPPED, ChargingSession.objects.select_related("station"), "stop_received_at", stopped),
    Source(Type.COMMAND_ENDED, Command.objects.select_related("station"), "finished_at", ended),
    Source(Type.ALERT_OPENED, Alert.objects.select_related("station"), "opened_at", about_alert),
    Source(Type.ALERT_CLOSED, Alert.objects.select_related("station"), "closed_at", about_alert),
)  # fmt: skip


def changed_connections() -> list[ChargingStation]:
    """Stations of whose links something else is true than was told last."""
    stations = ChargingStation.objects.with_online().filter(epoch__gt=0).select_related("told")
    as_told = Q(told__epoch=F("epoch"), told__online=F("online"))
    return list(stations.filter(Q(told=None) | ~as_told).order_by("pk"))


def connection_events(station: ChargingStation, since: datetime, now: datetime) -> Iterable[Event]:
    """A link that came and went between two looks is told as both; one that went before all looks is no news."""
    told = getattr(station, "told", None)
    if told is None and not station.online and (station.connected_at or since) < since:
        return
    if station.online or told is None or told.epoch != station.epoch:
        yield connection_event(Type.STATION_ONLINE, station, station.connected_at or now, now)
    if not station.online:
        ended = station.lease_until or station.disconnected_at or now  # a dead process writes no end
        yield connection_event(Type.STATION_OFFLINE, station, min(ended, now), now)


def connection_event(kind: Type, station: ChargingStation, at: datetime, now: datetime) -> Event:
    facts = {"remoteAddress": station.remote_address} if kind == Type.STATION_ONLINE else {}
    # by the time of the look: a lease that has run out can come to life again, under the same epoch
    return Event(type=kind, cp_id=station.cp_id, at=at, data=facts, key=key(kind, station.pk, now), noted_at=now)


def remember(stations: Iterable[ChargingStation]) -> None:
    """That this has been told."""
    rows = [ToldConnection(station=one, epoch=one.epoch, online=one.online) for one in stations]
    ToldConnection.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["station"], update_fields=["epoch", "online"]
    )
