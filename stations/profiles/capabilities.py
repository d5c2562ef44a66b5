"""What a station can do with charging profiles, as far as it has told its configuration (core 3.13.5, 9.4)."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from stations.models import ChargingStation, InstalledProfile
from stations.profiles.rules import PERIODS, Faults, Profile
from stations.services.configuration import configuration_number, configuration_value

UNITS = {"a": "A", "current": "A", "w": "W", "power": "W"}  # errata 3.88, and what stations say instead


@dataclass(frozen=True, slots=True)
class Limits:
    """None: not known. `units` are both where the station has not told them."""

    stack_level: int | None
    periods: int | None
    installed: int | None
    units: tuple[str, ...]


def limits_of(station: ChargingStation) -> Limits:
    return Limits(
        configuration_number(station.pk, "ChargeProfileMaxStackLevel"),
        configuration_number(station.pk, "ChargingScheduleMaxPeriods"),
        configuration_number(station.pk, "MaxChargingProfilesInstalled"),
        rate_units(configuration_value(station.pk, "ChargingScheduleAllowedChargingRateUnit")),
    )


def rate_units(text: str | None) -> tuple[str, ...]:
    told = {UNITS[word] for word in (text or "").lower().replace(",", " ").split() if word in UNITS}
    return tuple(sorted(told)) or ("A", "W")


def beyond(limits: Limits, profile: Profile) -> Faults:
    """What of a profile the station has said that it cannot do."""
    level, periods = profile["stackLevel"], profile["chargingSchedule"]["chargingSchedulePeriod"]
    unit = profile["chargingSchedule"]["chargingRateUnit"]
    if limits.stack_level is not None and level > limits.stack_level:
        yield "stackLevel", f"The station's highest level is {limits.stack_level} (ChargeProfileMaxStackLevel)."
    if limits.periods is not None and len(periods) > limits.periods:
        yield PERIODS, f"The station takes {limits.periods} periods at most (ChargingScheduleMaxPeriods)."
    if unit not in limits.units:
        yield "chargingSchedule.chargingRateUnit", wrong_unit(limits)


def wrong_unit(limits: Limits) -> str:
    return f"The station takes {' or '.join(limits.units)} only (ChargingScheduleAllowedChargingRateUnit)."


def no_room(limits: Limits, station: ChargingStation, connector_id: int, profile: Profile) -> str:
    """Why the station can hold no further profile; empty where it can, or where this one replaces another."""
    if limits.installed is None:
        return ""
    held = InstalledProfile.objects.filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now()), station=station)
    count = held.exclude(replaced_by(connector_id, profile)).count()
    if count < limits.installed:
        return ""
    return f"The station holds {count} profiles, which is its most (MaxChargingProfilesInstalled): clear one first."


def replaced_by(connector_id: int, profile: Profile) -> Q:
    """The installed profiles whose place this one takes (core 3.13.2, 5.16.3)."""
    same_place = Q(
        connector_number=connector_id, purpose=profile["chargingProfilePurpose"], stack_level=profile["stackLevel"]
    )
    return same_place | Q(charging_profile_id=profile["chargingProfileId"])
