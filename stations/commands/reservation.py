"""The Reservation profile."""

from datetime import datetime
from typing import Unpack

from stations.commands.members import given
from stations.giving import How, give
from stations.models import ChargingStation, Command
from stations.services import next_reservation_id


def reserve_now(
    station: ChargingStation,
    *,
    actor: str,
    connector_id: int,
    expiry_date: datetime,
    id_tag: str,
    reservation_id: int | None = None,
    parent_id_tag: str | None = None,
    **how: Unpack[How],
) -> Command:
    """Core 5.13. Connector 0 is any one, where the station supports it (ReserveConnectorZeroSupported).

    Without `reservation_id` it gets a number of our own; a number that the station knows replaces that reservation.
    """
    asked = given(
        connectorId=connector_id, expiryDate=expiry_date, idTag=id_tag, parentIdTag=parent_id_tag,
        reservationId=reservation_id,
    )  # fmt: skip
    number = next_reservation_id(station.pk) if reservation_id is None else reservation_id
    how["asked"] = ["ReserveNow", asked]
    return give(station, "ReserveNow", asked | {"reservationId": number}, actor=actor, **how)


def cancel_reservation(station: ChargingStation, *, actor: str, reservation_id: int, **how: Unpack[How]) -> Command:
    """Core 5.1."""
    return give(station, "CancelReservation", {"reservationId": reservation_id}, actor=actor, **how)
