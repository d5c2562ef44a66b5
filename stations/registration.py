"""Whether a station may take part (core 4.2), and what else an operator decides that holds at once on a live link."""

from django.db import transaction

from stations import commands, doorbell
from stations.errors import CommandRefused
from stations.models import ChargingStation, Command


def register(station: ChargingStation, registration: str) -> bool:
    """Set its registration and tell its link; False where it was so already."""
    rows = ChargingStation.objects.filter(pk=station.pk)
    changed = bool(rows.exclude(registration=registration).update(registration=registration))
    station.refresh_from_db(fields=["registration", "boot_answer"])
    tell_link(station)
    return changed


def tell_link(station: ChargingStation) -> None:
    """Have the process that holds its link read its row, once the change of it is committed.

    The row is the truth: should the ring be lost, that process finds out when it renews its leases.
    """
    message: doorbell.StationChanged = {"type": "station.changed", "station": station.pk}

    def ring() -> None:
        station.refresh_from_db(fields=["channel"])
        doorbell.ring(station.channel, message)

    transaction.on_commit(ring)


def ask_to_boot(station: ChargingStation, *, actor: str) -> Command | None:
    """Have a station that was told to wait boot now, in place of at the end of its interval; None where it cannot.

    Never after a boot that was answered Accepted (errata 3.40).
    """
    try:
        return commands.trigger_message(station, actor=actor, requested_message="BootNotification", wait=0)
    except CommandRefused:
        return None
