"""What stations hold (core 5.16, 5.5): kept by their answers, and until a transaction ends. Each may be run again."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from stations.models import ChargingStation, Command, InstalledProfile
from stations.profiles.capabilities import replaced_by
from stations.profiles.rules import TX_PROFILE, Profile, moment
from stations.profiles.stored import sent_from
from stations.services.configuration import configuration_value


def profile_set(command: Command, answer: dict[str, Any], now: datetime) -> None:
    """The effect of SetChargingProfile."""
    if answer["status"] == "Accepted":
        install(command.station, command.payload["connectorId"], command.payload["csChargingProfiles"], now)


def profiles_cleared(command: Command, answer: dict[str, Any], now: datetime) -> None:
    """The effect of ClearChargingProfile. Unknown: the station holds none of them, whatever was thought here."""
    InstalledProfile.objects.filter(meant(command.payload), station_id=command.station_id).delete()


def meant(payload: dict[str, Any]) -> Q:
    """Errata 3.25, 3.26: the id alone, else all that match the other members; none: every profile."""
    if "id" in payload:
        return Q(charging_profile_id=payload["id"])
    columns = {"connectorId": "connector_number", "chargingProfilePurpose": "purpose", "stackLevel": "stack_level"}
    return Q(**{column: payload[member] for member, column in columns.items() if member in payload})


def transaction_started(command: Command, *, connector_id: int, transaction_id: int, now: datetime) -> None:
    """The profile of a remote start applies to the transaction that it led to (core 5.16.2, errata 3.42)."""
    profile = command.payload.get("chargingProfile")
    features = configuration_value(command.station_id, "SupportedFeatureProfiles") or "SmartCharging"
    if profile and "SmartCharging" in features:  # core 5.11: without it, the station ignores the profile
        install(command.station, connector_id, profile | {"transactionId": transaction_id}, now)


def transaction_ended(*, station_id: int, transaction_id: int) -> None:
    """A TxProfile ends with its transaction (core 3.13.1)."""
    of_it = InstalledProfile.objects.filter(station_id=station_id, transaction_id=transaction_id)
    of_it.filter(purpose=TX_PROFILE).delete()


def install(station: ChargingStation, connector_id: int, profile: Profile, now: datetime) -> None:
    purpose, transaction = profile["chargingProfilePurpose"], profile.get("transactionId")
    running = station.sessions.filter(active_connector__isnull=False).values_list("transaction_id", flat=True)
    if purpose == TX_PROFILE and transaction not in running:
        return  # it has ended meanwhile, and the profile with it
    held = InstalledProfile.objects.filter(station=station)
    held.filter(replaced_by(connector_id, profile)).delete()
    held.create(
        station=station, connector_number=connector_id, charging_profile_id=profile["chargingProfileId"],
        purpose=purpose, stack_level=profile["stackLevel"], transaction_id=transaction, ends_at=end_of(profile),
        stored=sent_from(profile, connector_id), profile=profile, accepted_at=now,
    )  # fmt: skip


def end_of(profile: Profile) -> datetime | None:
    """From when on it says nothing any more; None: for ever, or it cannot be known."""
    ends = [moment(profile.get("validTo"))]
    schedule = profile["chargingSchedule"]
    start = moment(schedule.get("startSchedule"))
    if profile["chargingProfileKind"] == "Absolute" and start and "duration" in schedule:
        ends.append(start + timedelta(seconds=schedule["duration"]))
    return min((end for end in ends if end), default=None)
