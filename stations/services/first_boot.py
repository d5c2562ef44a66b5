"""Stations that connect and never say what they are: their BootNotification may be asked for, once (core 5.17)."""

from datetime import datetime, timedelta

from django.conf import settings

from stations.models import ChargingStation, Command

JOB = "first boot"
LIFE = timedelta(seconds=60)  # of the command: nobody waits for a link that is gone meanwhile


def ask_for_first_boots(*, now: datetime) -> None:
    """Queue a TriggerMessage for each station that was connected for TRIGGER_BOOT_AFTER seconds without ever having
    booted. 0 seconds: never.

    Never again for the same station, whatever it answers, and never once it was accepted by a boot (errata 3.40). The
    key makes it one command, however many processes look.
    """
    if not settings.TRIGGER_BOOT_AFTER:
        return
    since = now - timedelta(seconds=settings.TRIGGER_BOOT_AFTER)
    silent = ChargingStation.objects.connected().filter(last_boot_at=None, connected_at__lte=since)
    asked = [
        Command(
            station=station, action="TriggerMessage", payload={"requestedMessage": "BootNotification"}, actor=JOB,
            idempotency_key=f"{JOB}:{station.pk}", expires_at=now + LIFE,
        )
        for station in silent.exclude(registration="Rejected")
    ]  # fmt: skip
    Command.objects.bulk_create(asked, ignore_conflicts=True)
