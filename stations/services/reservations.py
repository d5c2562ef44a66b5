"""Reservations (core 5.13, 5.4): made, used, cancelled, expired, or ended by a place that goes out of service."""

from datetime import datetime
from typing import Any

from stations.models import ChargingStation, Connector, Reservation

RESERVABLE = {"", "Available", "Preparing", "Finishing"}
OUT_OF_SERVICE = {"Faulted", "Unavailable"}


def end_reservations(station_id: int, number: int, now: datetime) -> None:
    """A place that goes out of service is not reserved any more (core 5.13); 0 is the whole station."""
    active = Reservation.objects.filter(station_id=station_id, status=Reservation.Status.ACTIVE)
    here = active.filter(connector_number=number) if number else active
    here.update(status=Reservation.Status.CANCELLED, ended_at=now)


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
