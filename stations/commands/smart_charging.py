"""The Smart Charging profile."""

from typing import Any, Unpack

from stations.commands.members import given
from stations.giving import How, give, refuse_invalid
from stations.models import ChargingStation, Command
from stations.profiles.checks import in_utc, refuse_unsuitable


def set_charging_profile(
    station: ChargingStation,
    *,
    actor: str,
    connector_id: int,
    cs_charging_profiles: dict[str, Any],
    **how: Unpack[How],
) -> Command:
    """Core 5.16. `cs_charging_profiles` is one ChargingProfile (core 7.8), whatever its name says.

    InvalidPayload also for what breaks OCPP's rules, or what the station has said that it cannot do.
    """
    payload = {"connectorId": connector_id, "csChargingProfiles": cs_charging_profiles}
    refuse_invalid("SetChargingProfile", payload)
    payload["csChargingProfiles"] = profile = in_utc(cs_charging_profiles)
    refuse_unsuitable(station, connector_id, profile)
    return give(station, "SetChargingProfile", payload, actor=actor, **how)


def clear_charging_profile(
    station: ChargingStation,
    *,
    actor: str,
    id: int | None = None,
    connector_id: int | None = None,
    charging_profile_purpose: str | None = None,
    stack_level: int | None = None,
    **how: Unpack[How],
) -> Command:
    """Core 5.5. `id` alone, else all that match the others; without any of them every profile (errata 3.25, 3.26)."""
    payload = given(
        id=id, connectorId=connector_id, chargingProfilePurpose=charging_profile_purpose, stackLevel=stack_level
    )
    return give(station, "ClearChargingProfile", payload, actor=actor, **how)


def get_composite_schedule(
    station: ChargingStation,
    *,
    actor: str,
    connector_id: int,
    duration: int,
    charging_rate_unit: str | None = None,
    **how: Unpack[How],
) -> Command:
    """Core 5.7. What the station will do in the next `duration` seconds; the unit is A or W."""
    payload = given(connectorId=connector_id, duration=duration, chargingRateUnit=charging_rate_unit)
    return give(station, "GetCompositeSchedule", payload, actor=actor, **how)
