"""StatusNotification (core 4.9)."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from ocpp_ws.protocol import Timestamp
from stations.models import ChargingStation, Connector
from stations.services.reservations import OUT_OF_SERVICE, end_reservations


def status_notification(
    *, station_id: int, connector_id: int, payload: dict[str, Any], at: Timestamp, now: datetime
) -> None:
    """Store a status; one that is older than the stored one changes nothing (core 4.9, 3.7). Connector 0 = station."""
    moment = min(at.effective, now)  # a clock that was ahead and is set right must not freeze what is shown
    told = {"status": payload["status"][:40], "error_code": payload["errorCode"][:40], "status_at": moment}
    if connector_id == 0:
        changed = ChargingStation.objects.filter(not_newer("status_at", moment), pk=station_id).update(**told)
    else:
        told |= {
            "status_received_at": now, "info": payload.get("info", "")[:255],
            "vendor_id": payload.get("vendorId", "")[:255],
            "vendor_error_code": payload.get("vendorErrorCode", "")[:50],
        }  # fmt: skip
        known = Connector.objects.filter(not_newer("status_at", moment), station_id=station_id, number=connector_id)
        if not (changed := known.update(**told)):
            connector(station_id, connector_id)  # told of for the first time
            changed = known.update(**told)
    if changed and told["status"] in OUT_OF_SERVICE:
        end_reservations(station_id, connector_id, now)


def not_newer(field: str, moment: datetime) -> Q:
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lte": moment})


def connector(station_id: int, number: int) -> Connector:
    """The connector's row, made at first sight."""
    rows = Connector.objects.filter(station_id=station_id, number=number)
    if found := rows.first():
        return found
    Connector.objects.bulk_create([Connector(station_id=station_id, number=number)], ignore_conflicts=True)
    return rows.get()
