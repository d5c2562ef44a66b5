"""A charging profile is looked at before it is sent: what a station would refuse, or take and not do, is told here."""

from typing import Any

from ocpp_ws.protocol import format_timestamp
from stations.errors import InvalidPayload
from stations.models import ChargingStation
from stations.profiles.capabilities import Limits, beyond, limits_of, no_room
from stations.profiles.rules import TX_PROFILE, Profile, faults, misplaced, moment


def refuse_unsuitable(station: ChargingStation, connector_id: int, profile: Profile) -> None:
    """For SetChargingProfile (core 5.16), of a payload that has passed its schema. Raises InvalidPayload."""
    limits = limits_of(station)
    errors = within("csChargingProfiles", profile, limits)
    if why := misplaced(profile["chargingProfilePurpose"], connector_id):
        errors.append(("connectorId", why))
    elif why := wrong_transaction(station, connector_id, profile):
        errors.append(("csChargingProfiles.transactionId", why))
    if why := no_room(limits, station, connector_id, profile):
        errors.append(("csChargingProfiles", why))
    if errors:
        raise InvalidPayload(errors)


def refuse_unsuitable_for_start(station: ChargingStation, profile: Profile) -> None:
    """For RemoteStartTransaction: a TxProfile without transactionId (core 5.16.2, errata 3.41)."""
    errors = within("chargingProfile", profile, limits_of(station))
    if profile["chargingProfilePurpose"] != TX_PROFILE:
        errors.append(("chargingProfile.chargingProfilePurpose", "With a remote start it is a TxProfile."))
    if "transactionId" in profile:
        errors.append(("chargingProfile.transactionId", "The transaction has no number before it starts."))
    if errors:
        raise InvalidPayload(errors)


def within(member: str, profile: Profile, limits: Limits) -> list[tuple[str, str]]:
    return [(f"{member}.{path}", why) for path, why in (*faults(profile), *beyond(limits, profile))]


def wrong_transaction(station: ChargingStation, connector_id: int, profile: Profile) -> str:
    """Core 5.16: a TxProfile names its transaction, which runs on that connector; 5.16.4: never in advance."""
    if profile["chargingProfilePurpose"] != TX_PROFILE:
        return ""
    running = running_transaction(station, connector_id)
    if running is None:
        return f"No transaction runs on connector {connector_id} of {station.cp_id}: a TxProfile needs one."
    if profile.get("transactionId") != running:
        return f"The transaction that runs on connector {connector_id} of {station.cp_id} is {running}."
    return ""


def running_transaction(station: ChargingStation, connector_id: int) -> int | None:
    """The number that the station was told for its active session there."""
    sessions = station.sessions.filter(active_connector__number=connector_id)
    number: int | None = sessions.values_list("transaction_id", flat=True).first()
    return number


def in_utc(profile: Profile) -> Profile:
    """The same with its times as we send them: some stacks do not read a time without Z."""
    times = {name: written(profile[name]) for name in ("validFrom", "validTo") if name in profile}
    schedule: dict[str, Any] = profile["chargingSchedule"]
    if "startSchedule" in schedule:
        schedule = schedule | {"startSchedule": written(schedule["startSchedule"])}
    return profile | times | {"chargingSchedule": schedule}


def written(text: str) -> str:
    instant = moment(text)
    return format_timestamp(instant) if instant else text
