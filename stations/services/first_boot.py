"""Stations that connect and never say what they are: their BootNotification may be asked for, once (core 5.17)."""

from datetime import datetime, timedelta

from django.conf import settings

from stations.models import ChargingStation, Command

JOB = "first boot"
LIFE = timedelta(seconds=60)  # of the command: nobody waits for a link that is gone meanwhile


def ask_for_first_boots(*, now: datetime) -> int:
    """Queue a TriggerMessage for each station that was connected for TRIGGER_BOOT_AFTER seconds without ever having
    booted; returns how many there were. 0 seconds: never.

    Never again for the same station, whatever it answers, and never once it was accepted by a boot (errata 3.40). The
    key makes it one command, however many processes look.
    """
    if not settings.TRIGGER_BOOT_AFTER:
        return 0
    since = now - timedelta(seconds=settings.TRIGGER_BOOT_AFTER)
    unknown = ChargingStation.objects.connected().filter(last_boot_at=None, connected_at__lte=since)
    unasked = unknown.exclude(registration="Rejected").exclude(commands__actor=JOB)
    asked = [
        Command(
            station=station, action="TriggerMessage", payload={"requestedMessage": "BootNotification"}, actor=JOB,
            idempotency_key=f"{JOB}:{station.pk}", expires_at=now + LIFE,
        )
        for station in unasked
    ]  # fmt: skip
    return len(Command.objects.bulk_create(asked, ignore_conflicts=True))
