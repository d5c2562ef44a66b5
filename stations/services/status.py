"""StatusNotification (core 4.9)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from ocpp_ws.protocol import Quirk as Deviation
from ocpp_ws.protocol import Timestamp
from stations.models import ChargingStation, Connector, ConnectorStatusChange
from stations.services.quirks import count_quirks
from stations.services.reservations import OUT_OF_SERVICE, end_reservations

Insert = Callable[[type[Model], list[dict[str, Any]]], None]
LOOKED_THROUGH = 50  # newest changes of a station, for one that is told again
MOST = 200  # connectors of a station


def status_notification(
    *, station_id: int, connector_id: int, payload: dict[str, Any], at: Timestamp, now: datetime, insert: Insert
) -> None:
    """Store a status, and what is new in it as a row of the history. Connector 0 = station.

    One that is older than the stored one changes nothing that is current (core 4.9, 3.7). `insert(model, rows)` adds
    the row to the same commit.
    """
    told = told_by(payload)
    moment = min(at.effective, now)  # a clock that was ahead and is set right must not freeze what is shown
    times = {"status_at": moment, "status_received_at": now}
    current = rows_of(station_id, connector_id).filter(not_newer("status_at", moment))
    changed = current.exclude(**told).update(**told, **times)
    repeated = not changed and current.update(**times)
    if not (changed or repeated) and connector_id and not rows_of(station_id, connector_id).exists():
        if connector(station_id, connector_id, now) is None:  # told of for the first time
            return
        changed = current.exclude(**told).update(**told, **times)
    if (changed or repeated) and told["status"] in OUT_OF_SERVICE:
        end_reservations(station_id, connector_id, now)
    if repeated:
        return
    change = {
        "station_id": station_id, "connector_number": connector_id, "timestamp": at.effective,
        "as_sent": at.as_sent[:64] if payload.get("timestamp") else "", **told,
    }  # fmt: skip
    if changed or not told_before(change):
        insert(ConnectorStatusChange, [change | {"received_at": now, "outdated": not changed}])


def told_by(payload: dict[str, Any]) -> dict[str, str]:
    """The columns of a ToldStatus."""
    return {
        "status": payload["status"][:40], "error_code": payload["errorCode"][:40],
        "info": payload.get("info", "")[:255], "vendor_id": payload.get("vendorId", "")[:255],
        "vendor_error_code": payload.get("vendorErrorCode", "")[:50],
    }  # fmt: skip


def rows_of(station_id: int, connector_id: int) -> QuerySet[Any]:
    if connector_id == 0:
        return ChargingStation.objects.filter(pk=station_id)
    return Connector.objects.filter(station_id=station_id, number=connector_id)


def told_before(change: dict[str, Any]) -> bool:
    """Whether an old status came a second time: its station has missed the answer to the first."""
    newest = ConnectorStatusChange.objects.filter(station_id=change["station_id"]).order_by("-pk")
    return change in newest.values(*change)[:LOOKED_THROUGH]


def not_newer(field: str, moment: datetime) -> Q:
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lte": moment})


def connector(station_id: int, number: int, now: datetime) -> Connector | None:
    """The connector's row, made at first sight; None where its station has named too many others."""
    rows = Connector.objects.filter(station_id=station_id, number=number)
    if found := rows.first():
        return found
    if Connector.objects.filter(station_id=station_id).count() >= MOST:
        quirk = Deviation("too-many-connectors", "", str(number))
        count_quirks(station_id=station_id, action="", quirks=[quirk], now=now)
        return None
    Connector.objects.bulk_create([Connector(station_id=station_id, number=number)], ignore_conflicts=True)
    return rows.get()
