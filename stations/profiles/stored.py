"""A stored profile: looked at when it is kept, and on its way to stations."""

from typing import Any, Unpack

from ocpp_ws.protocol import check
from ocpp_ws.protocol.errors import RULES
from stations import commands
from stations.commands.members import given
from stations.errors import InvalidPayload
from stations.giving import How
from stations.models import ChargingProfile, ChargingStation, Command
from stations.profiles.checks import in_utc, running_transaction
from stations.profiles.rules import TX_PROFILE, Profile, faults, misplaced

CONNECTORS = 1000  # a station's ids must differ from connector to connector: the same id again replaces (core 5.16.3)


def apply_profile(
    profile: ChargingProfile, station: ChargingStation, connector_id: int, actor: str, **how: Unpack[How]
) -> Command:
    """SetChargingProfile (core 5.16); a TxProfile is given the transaction that runs on the connector.

    Raises as `stations.commands.set_charging_profile`.
    """
    transaction = None
    if profile.purpose == TX_PROFILE and not misplaced(TX_PROFILE, connector_id):
        transaction = running_transaction(station, connector_id)
        if transaction is None:
            why = f"No transaction runs on connector {connector_id} of {station.cp_id}: {profile.name} needs one."
            raise InvalidPayload([("connectorId", why)])
    message = as_sent(profile, connector_id, transaction)
    return commands.set_charging_profile(
        station, actor=actor, connector_id=connector_id, cs_charging_profiles=message, **how
    )  # fmt: skip


def start_with_profile(
    station: ChargingStation, *, stored: ChargingProfile | None = None, connector_id: int | None = None, **members: Any
) -> Command:
    """RemoteStartTransaction (core 5.16.2), with a stored TxProfile where one is chosen."""
    if stored:
        members["charging_profile"] = as_sent(stored, connector_id or 0)
    return commands.remote_start_transaction(station, connector_id=connector_id, **members)


def as_sent(profile: ChargingProfile, connector_id: int, transaction_id: int | None = None) -> Profile:
    """The ChargingProfile of core 7.8."""
    return given(
        chargingProfileId=(profile.pk or 0) * CONNECTORS + connector_id % CONNECTORS, transactionId=transaction_id,
        stackLevel=profile.stack_level, chargingProfilePurpose=profile.purpose, chargingProfileKind=profile.kind,
        recurrencyKind=profile.recurrency_kind or None, validFrom=profile.valid_from, validTo=profile.valid_to,
        chargingSchedule=profile.schedule,
    )  # fmt: skip


def sent_from(profile: Profile, connector_id: int) -> ChargingProfile | None:
    """The stored profile that this message was made of."""
    number = profile["chargingProfileId"]
    stored = ChargingProfile.objects.filter(pk=number // CONNECTORS).first()
    made = stored and as_sent(stored, connector_id, profile.get("transactionId")) | {"chargingProfileId": number}
    return stored if made == profile else None


def faults_of(profile: ChargingProfile) -> list[tuple[str, str]]:
    """(member, sentence) of what no station could take; without any, its schedule's times are in UTC afterwards."""
    message = as_sent(profile, 0)
    deviations = check("SetChargingProfile", "call", {"connectorId": 0, "csChargingProfiles": message})
    if deviations:
        return [(one.path.removeprefix("csChargingProfiles."), RULES[one.kind].words) for one in deviations]
    profile.schedule = in_utc(message)["chargingSchedule"]
    return list(faults(message))
