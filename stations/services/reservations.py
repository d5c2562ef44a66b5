"""Reservations (core 5.13, 5.4): made, used, cancelled, expired, or ended by a place that goes out of service."""

from datetime import datetime, timedelta
from typing import Any

from ocpp_ws.protocol import ci_key
from stations.models import ChargingStation, Connector, Reservation

Status = Reservation.Status
CLOCKS = timedelta(minutes=5)  # a station's clock and ours may differ so much
RESERVABLE = {"", "Available", "Preparing", "Finishing"}
OUT_OF_SERVICE = {"Faulted", "Unavailable"}


def end_reservations(station_id: int, number: int, now: datetime) -> None:
    """A place that goes out of service is not reserved any more (core 5.13); 0 is the whole station."""
    active = Reservation.objects.filter(station_id=station_id, status=Status.ACTIVE)
    here = active.filter(connector_number=number) if number else active
    here.update(status=Status.CANCELLED, ended_at=now)


def reserve_now(*, station_id: int, payload: dict[str, Any], expiry: datetime, now: datetime) -> str:
    """This product's extension: a station tells of a reservation made at it. Returns OCPP's ReservationStatus.

    The same reservationId again replaces the reservation (core 5.13).
    """
    number = payload["connectorId"]
    if expiry <= now:
        return "Rejected"
    if (status := reservable(station_id, number, payload["reservationId"], now)) != "Accepted":
        return status
    keep(station_id=station_id, payload=payload, expiry=expiry, origin=Reservation.Origin.STATION, now=now)
    return "Accepted"


def keep(*, station_id: int, payload: dict[str, Any], expiry: datetime, origin: str, now: datetime) -> Reservation:
    """The reservation of that reservationId, active; it replaces an earlier one (core 5.13)."""
    told = {
        "connector_number": payload["connectorId"], "id_tag": payload["idTag"][:255],
        "parent_id_tag": payload.get("parentIdTag", "")[:255], "expiry_date": expiry, "origin": origin,
        "status": Status.ACTIVE, "created_at": now, "ended_at": None,
    }  # fmt: skip
    key = {"station_id": station_id, "reservation_id": payload["reservationId"]}
    row, _created = Reservation.objects.update_or_create(**key, defaults=told)
    return row


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
        station_id=station_id, connector_number=number, status=Status.ACTIVE, expiry_date__gt=now
    )
    holders = set(here.values_list("reservation_id", flat=True))
    free = status in RESERVABLE or (status == "Reserved" and reservation_id in holders)  # by this very one
    return "Accepted" if free and holders <= {reservation_id} else "Occupied"


def cancel_reservation(*, station_id: int, reservation_id: int, now: datetime) -> str:
    """Accepted, or Rejected where no such reservation is active."""
    active = Reservation.objects.filter(station_id=station_id, reservation_id=reservation_id, status=Status.ACTIVE)
    return "Accepted" if active.update(status=Status.CANCELLED, ended_at=now) else "Rejected"


def use_reservation(
    *, station_id: int, reservation_id: int | None, connector_id: int, id_tag: str, parent_id_tag: str, at: datetime,
    now: datetime,
) -> int | None:  # fmt: skip
    """End the reservation that a StartTransaction of the time `at` uses (core 4.8); returns its number.

    A station that names none, or names 0 or less for none, may use one all the same: by its card or that card's group.
    """
    mine = Reservation.objects.filter(station_id=station_id)
    used = {"status": Status.USED, "ended_at": now}
    if reservation_id is not None:
        # it may have run out since: the message may come late
        named = mine.filter(reservation_id=reservation_id, status__in=(Status.ACTIVE, Status.EXPIRED))
        if named.update(**used) or reservation_id > 0:
            return reservation_id
    active = mine.filter(
        status=Status.ACTIVE, connector_number__in=(connector_id, 0), expiry_date__gt=at, created_at__lte=at + CLOCKS
    )
    for row in active.order_by("-connector_number", "pk"):  # the one of this very connector first
        if is_for(row, id_tag, parent_id_tag) and active.filter(pk=row.pk).update(**used):
            return row.reservation_id
    return reservation_id


def is_for(reservation: Reservation, id_tag: str, parent_id_tag: str) -> bool:
    """Whether this card, or one of this group, may charge on it (core 5.13)."""
    if ci_key(reservation.id_tag) == ci_key(id_tag)[:255]:
        return True
    return bool(parent_id_tag) and ci_key(reservation.parent_id_tag) == ci_key(parent_id_tag)


def expire_reservations(*, now: datetime) -> int:
    active = Reservation.objects.filter(status=Status.ACTIVE, expiry_date__lte=now)
    return active.update(status=Status.EXPIRED, ended_at=now)
