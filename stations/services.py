"""What a station tells about itself. Sync functions for the writer's connection; each may be run again."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from ocpp_ws.protocol import Quirk as Deviation
from ocpp_ws.protocol import Timestamp
from stations.models import ChargingStation, Connector, Quirk, Reservation

BOOT_FIELDS = {
    "chargePointVendor": "vendor",
    "chargePointModel": "model",
    "chargePointSerialNumber": "serial_number",
    "chargeBoxSerialNumber": "charge_box_serial_number",
    "firmwareVersion": "firmware",
    "iccid": "iccid",
    "imsi": "imsi",
    "meterType": "meter_type",
    "meterSerialNumber": "meter_serial_number",
}
RESERVABLE = {"", "Available", "Preparing", "Finishing"}
OUT_OF_SERVICE = {"Faulted", "Unavailable"}


def boot_notification(*, station_id: int, payload: dict[str, Any], now: datetime) -> str:
    """Store what the station says it is; returns its registration (Accepted, Pending, Rejected). Core 4.2."""
    told = {field: str(payload.get(name, "")) for name, field in BOOT_FIELDS.items()}
    stations = ChargingStation.objects.filter(pk=station_id)
    stations.update(last_boot_at=now, last_seen_at=now, **{k: cut(v, k) for k, v in told.items()})
    return stations.values_list("registration", flat=True).get()


def cut(text: str, field: str) -> str:
    """Too long for its CiString is tolerated; the column takes what fits."""
    size = ChargingStation._meta.get_field(field).max_length  # type: ignore[union-attr]
    return text[:size]


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


def end_reservations(station_id: int, number: int, now: datetime) -> None:
    """A place that goes out of service is not reserved any more (core 5.13); 0 is the whole station."""
    active = Reservation.objects.filter(station_id=station_id, status=Reservation.Status.ACTIVE)
    here = active.filter(connector_number=number) if number else active
    here.update(status=Reservation.Status.CANCELLED, ended_at=now)


def not_newer(field: str, moment: datetime) -> Q:
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lte": moment})


def connector(station_id: int, number: int) -> Connector:
    """The connector's row, made at first sight."""
    rows = Connector.objects.filter(station_id=station_id, number=number)
    if found := rows.first():
        return found
    Connector.objects.bulk_create([Connector(station_id=station_id, number=number)], ignore_conflicts=True)
    return rows.get()


def firmware_status(*, station_id: int, status: str, now: datetime) -> None:
    ChargingStation.objects.filter(pk=station_id).update(firmware_status=status[:40], firmware_status_at=now)


def diagnostics_status(*, station_id: int, status: str, now: datetime) -> None:
    ChargingStation.objects.filter(pk=station_id).update(diagnostics_status=status[:40], diagnostics_status_at=now)


def reserve_now(*, station_id: int, payload: dict[str, Any], expiry: datetime, now: datetime) -> str:
    """This product's extension: a station tells of a reservation made at it. Returns OCPP's ReservationStatus.

    The same reservationId again replaces the reservation (core 5.13).
    """
    number = payload["connectorId"]
    if expiry <= now:
        return "Rejected"
    if (status := reservable(station_id, number, payload["reservationId"], now)) != "Accepted":
        return status
    Reservation.objects.update_or_create(
        station_id=station_id,
        reservation_id=payload["reservationId"],
        defaults={
            "connector_number": number, "id_tag": payload["idTag"][:255],
            "parent_id_tag": payload.get("parentIdTag", "")[:255],
            "expiry_date": expiry, "status": Reservation.Status.ACTIVE, "ended_at": None,
        },
    )  # fmt: skip
    return "Accepted"


def reservable(station_id: int, number: int, reservation_id: int, now: datetime) -> str:
    """Accepted, or why that connector cannot be reserved: Occupied, Faulted, Unavailable."""
    if number == 0:
        status = ChargingStation.objects.values_list("status", flat=True).get(pk=station_id)
    else:
        rows = Connector.objects.filter(station_id=station_id, number=number)
        status = rows.values_list("status", flat=True).first() or ""
    if status in OUT_OF_SERVICE:
        return status
    here = Reservation.objects.filter(
        station_id=station_id, connector_number=number, status=Reservation.Status.ACTIVE, expiry_date__gt=now
    )
    holders = set(here.values_list("reservation_id", flat=True))
    free = status in RESERVABLE or (status == "Reserved" and reservation_id in holders)  # by this very one
    return "Accepted" if free and holders <= {reservation_id} else "Occupied"


def cancel_reservation(*, station_id: int, reservation_id: int, now: datetime) -> str:
    """Accepted, or Rejected where no such reservation is active."""
    active = Reservation.objects.filter(
        station_id=station_id, reservation_id=reservation_id, status=Reservation.Status.ACTIVE
    )
    return "Accepted" if active.update(status=Reservation.Status.CANCELLED, ended_at=now) else "Rejected"


def use_reservation(*, station_id: int, reservation_id: int, now: datetime) -> None:
    """A StartTransaction named it (core 4.8)."""
    active = Reservation.objects.filter(
        station_id=station_id, reservation_id=reservation_id, status=Reservation.Status.ACTIVE
    )
    active.update(status=Reservation.Status.USED, ended_at=now)


def expire_reservations(*, now: datetime) -> int:
    active = Reservation.objects.filter(status=Reservation.Status.ACTIVE, expiry_date__lte=now)
    return active.update(status=Reservation.Status.EXPIRED, ended_at=now)


def count_quirks(*, station_id: int, action: str, quirks: Iterable[Deviation], now: datetime) -> None:
    """Count tolerated deviations by station, action, kind and place; the first sample is kept."""
    for quirk in quirks:
        key = {"station_id": station_id, "action": action[:64], "kind": quirk.kind[:40], "path": quirk.path[:120]}
        rows = Quirk.objects.filter(**key)
        if not rows.update(count=F("count") + 1, last_seen_at=now):
            first = Quirk(**key, sample=quirk.sample[:255], count=1, first_seen_at=now, last_seen_at=now)
            Quirk.objects.bulk_create([first], ignore_conflicts=True)
