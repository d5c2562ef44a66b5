"""The Remote Trigger profile, and its extension by the security white paper."""

from typing import Unpack

from stations.commands.members import given
from stations.giving import How, give
from stations.models import ChargingStation, Command


def trigger_message(
    station: ChargingStation, *, actor: str, requested_message: str, connector_id: int | None = None, **how: Unpack[How]
) -> Command:
    """Core 5.17. The message comes after the answer. BootNotification: not once accepted (errata 3.40)."""
    payload = given(requestedMessage=requested_message, connectorId=connector_id)
    return give(station, "TriggerMessage", payload, actor=actor, **how)


def extended_trigger_message(
    station: ChargingStation, *, actor: str, requested_message: str, connector_id: int | None = None, **how: Unpack[How]
) -> Command:
    """White paper 5.5: also LogStatusNotification and SignChargePointCertificate."""
    payload = given(requestedMessage=requested_message, connectorId=connector_id)
    return give(station, "ExtendedTriggerMessage", payload, actor=actor, **how)
