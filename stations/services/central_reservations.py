"""Reservations that the central system asks a station for (core 5.13, 5.1)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from ocpp_ws.protocol import parse_timestamp
from stations.models import ChargingStation, Command, Reservation
from stations.services.reservations import cancel_reservation, keep


def next_reservation_id(station_id: int) -> int:
    """A number that no reservation of this station has, or may get from a command under way: 1, 2, 3, ..."""
    stations = ChargingStation.objects.filter(pk=station_id)
    while True:
        with transaction.atomic():  # the row is locked between the two, so nobody else gets this number
            stations.update(last_reservation_id=F("last_reservation_id") + 1)
            number = stations.values_list("last_reservation_id", flat=True).get()
        if not taken(station_id, number):
            return number


def taken(station_id: int, number: int) -> bool:
    """By a reservation made at the station, or by a caller who chose the number."""
    under_way = Command.objects.filter(
        station_id=station_id, action="ReserveNow", state__in=Command.OPEN, payload__reservationId=number
    )
    return Reservation.objects.filter(station_id=station_id, reservation_id=number).exists() or under_way.exists()


def reservation_answered(command: Command, answer: dict[str, Any], now: datetime) -> None:
    """A reservation is active once the station has accepted it; Occupied, Faulted and the like change nothing here."""
    if answer["status"] != "Accepted":
        return
    asked = command.payload
    expiry = parse_timestamp(asked["expiryDate"], now).instant or now
    row = keep(
        station_id=command.station_id, payload=asked, expiry=expiry, origin=Reservation.Origin.CENTRAL, now=now
    )  # fmt: skip
    if row.connector_number:
        # a connector is reserved once only (core 5.13): the station has forgotten what was active here before
        here = Reservation.objects.filter(station_id=row.station_id, connector_number=row.connector_number)
        others = here.filter(status=Reservation.Status.ACTIVE).exclude(pk=row.pk)
        others.update(status=Reservation.Status.CANCELLED, ended_at=now)


def cancellation_answered(command: Command, answer: dict[str, Any], now: datetime) -> None:
    """Not active either way: Rejected means that the station holds no such reservation (core 7.5)."""
    cancel_reservation(station_id=command.station_id, reservation_id=command.payload["reservationId"], now=now)
