"""What a command means for a station among many, where it names a session, a reservation or a certificate of one.

Each raises NothingToDo where the station has none. They do not wait for the station.
"""

from typing import Any, Unpack

from django.db import transaction
from django.utils import timezone

from stations.certificates import inventory, sign
from stations.certificates.signing import CannotSign
from stations.commands.core import remote_stop_transaction
from stations.commands.reservation import cancel_reservation
from stations.commands.security import delete_certificate
from stations.errors import NotAllowed, NothingToDo
from stations.giving import How
from stations.models import ChargingStation, Command, Reservation, SigningRequest


def stop_sessions(station: ChargingStation, *, actor: str, **how: Unpack[How]) -> Command:
    """RemoteStopTransaction for each session that runs, one after the other. Returns the first."""
    running = station.sessions.filter(active_connector__isnull=False).order_by("active_connector__number")
    numbers = list(running.values_list("transaction_id", flat=True))
    if not numbers:
        raise NothingToDo("No session runs there.")
    how["then"], how["asked"] = [{"transactionId": number} for number in numbers[1:]], ["stop-sessions"]
    return remote_stop_transaction(station, actor=actor, transaction_id=numbers[0], **how)


def cancel_reservations(
    station: ChargingStation, *, actor: str, connector_id: int | None = None, **how: Unpack[How]
) -> Command:
    """CancelReservation for each active reservation, or for those of a connector, one after the other. Returns the
    first. Connector 0: those of any connector."""
    active = Reservation.objects.filter(station=station, status=Reservation.Status.ACTIVE)
    if connector_id is not None:
        active = active.filter(connector_number=connector_id)
    numbers = list(active.order_by("pk").values_list("reservation_id", flat=True))
    if not numbers:
        raise NothingToDo("No reservation is active there.")
    how["then"] = [{"reservationId": number} for number in numbers[1:]]
    how["asked"] = ["cancel-reservations", connector_id]
    return cancel_reservation(station, actor=actor, reservation_id=numbers[0], **how)


def delete_known_certificate(
    station: ChargingStation, *, actor: str, certificate_hash_data: dict[str, Any], **how: Unpack[How]
) -> Command:
    """DeleteCertificate by the hashes under which the station itself named that certificate (M04.FR.07)."""
    own = inventory.named_by(station.pk, certificate_hash_data)
    return delete_certificate(station, actor=actor, certificate_hash_data=own, **how)


def sign_waiting(station: ChargingStation, *, actor: str) -> Command:
    """CertificateSigned with what the local authority signs of the station's newest request that waits for it."""
    waiting = SigningRequest.objects.filter(station=station).order_by("-received_at", "-pk")
    row = waiting.filter(state__in=[SigningRequest.State.PENDING, SigningRequest.State.SIGNED]).first()
    if row is None:
        raise NothingToDo("It has asked for no certificate.")
    if row.command and row.command.state in Command.OPEN:
        return row.command
    if not ChargingStation.objects.connected().filter(pk=station.pk).exists():
        raise NotAllowed("not connected")
    try:
        with transaction.atomic():
            return sign(row, by=actor, now=timezone.now())
    except CannotSign as error:
        raise NotAllowed(str(error)) from None
