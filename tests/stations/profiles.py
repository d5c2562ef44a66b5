"""Charging profiles as they are sent; every default is a plain one that any station takes."""

from typing import Any

from django.utils import timezone

from stations.models import ChargingProfile, ChargingStation, ConfigurationKey

START = "2026-03-01T00:00:00Z"


def schedule(*limits: float, **also: Any) -> dict[str, Any]:
    """Periods of an hour each, from the start of a day on."""
    periods = [{"startPeriod": n * 3600, "limit": limit} for n, limit in enumerate(limits or (16,))]
    members = {"chargingRateUnit": "A", "startSchedule": START, "chargingSchedulePeriod": periods} | also
    return {name: value for name, value in members.items() if value is not None}


def profile(number: int = 100, purpose: str = "TxDefaultProfile", level: int = 0, **also: Any) -> dict[str, Any]:
    """A ChargingProfile of core 7.8; None leaves a member out."""
    members = {
        "chargingProfileId": number, "stackLevel": level, "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute", "chargingSchedule": schedule(),
    } | also  # fmt: skip
    return {name: value for name, value in members.items() if value is not None}


def stored(name: str = "Night", purpose: str = "TxDefaultProfile", **also: Any) -> ChargingProfile:
    fields = {"kind": "Absolute", "schedule": schedule()} | also
    return ChargingProfile.objects.create(name=name, purpose=purpose, **fields)


def told(station: ChargingStation, **configuration: str | None) -> None:
    """What the station has answered to GetConfiguration."""
    for key, value in configuration.items():
        ConfigurationKey.objects.create(station=station, key=key, value=value, told_at=timezone.now())
