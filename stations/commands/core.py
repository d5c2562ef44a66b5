"""The Core profile: sessions, availability, configuration, restarts."""

from typing import Any, Unpack

from stations.commands.members import given
from stations.giving import How, give, refuse_invalid
from stations.models import ChargingStation, Command
from stations.profiles.checks import in_utc, refuse_unsuitable_for_start
from stations.services.configuration import configuration_number


def remote_start_transaction(
    station: ChargingStation,
    *,
    actor: str,
    id_tag: str,
    connector_id: int | None = None,
    charging_profile: dict[str, Any] | None = None,
    **how: Unpack[How],
) -> Command:
    """Core 5.11. Accepted means that the station will try; the session that it leads to points to the command.

    `charging_profile` is a TxProfile without transactionId (core 5.16.2, errata 3.41).
    """
    payload = given(connectorId=connector_id, idTag=id_tag, chargingProfile=charging_profile)
    if charging_profile is not None:
        refuse_invalid("RemoteStartTransaction", payload)
        payload["chargingProfile"] = profile = in_utc(charging_profile)
        refuse_unsuitable_for_start(station, profile)
    return give(station, "RemoteStartTransaction", payload, actor=actor, **how)


def remote_stop_transaction(
    station: ChargingStation, *, actor: str, transaction_id: int, **how: Unpack[How]
) -> Command:
    """Core 5.12. `transaction_id` is the number that the station was told."""
    return give(station, "RemoteStopTransaction", {"transactionId": transaction_id}, actor=actor, **how)


def change_availability(
    station: ChargingStation, *, actor: str, connector_id: int, type: str, **how: Unpack[How]
) -> Command:
    """Core 5.2. `type` is Operative or Inoperative; connector 0 is the whole station."""
    payload = {"connectorId": connector_id, "type": type}
    return give(station, "ChangeAvailability", payload, actor=actor, **how)


def reset(station: ChargingStation, *, actor: str, type: str, **how: Unpack[How]) -> Command:
    """Core 5.14. `type` is Soft or Hard."""
    return give(station, "Reset", {"type": type}, actor=actor, **how)


def unlock_connector(station: ChargingStation, *, actor: str, connector_id: int, **how: Unpack[How]) -> Command:
    """Core 5.18. Ends a transaction of that connector."""
    return give(station, "UnlockConnector", {"connectorId": connector_id}, actor=actor, **how)


def get_configuration(
    station: ChargingStation, *, actor: str, key: list[str] | None = None, **how: Unpack[How]
) -> Command:
    """Core 5.8. Without `key`: everything that the station tells.

    More keys than it takes at once (GetConfigurationMaxKeys) are asked for in several commands; the last one is
    returned, its answer in memory with what all of them told.
    """
    parts = portions(station, key) if key else [key]
    asked: list[Command] = []
    for number, part in enumerate(parts):
        asked.append(give(station, "GetConfiguration", given(key=part), actor=actor, **nth(how, number)))
        if asked[-1].state not in (*Command.OPEN, Command.State.ANSWERED):
            break
    return together(asked)


def portions(station: ChargingStation, key: list[str]) -> list[list[str]]:
    most = configuration_number(station.pk, "GetConfigurationMaxKeys") or len(key)
    return [key[at : at + most] for at in range(0, len(key), most)]


def nth(how: How, number: int) -> How:
    """The same for the command of that number: each needs an Idempotency-Key of its own."""
    if number and (same := how.get("idempotency_key")):
        return {**how, "idempotency_key": f"{same}#{number}"}
    return how


def together(asked: list[Command]) -> Command:
    """The last command; where all were answered, with what all of them told."""
    *earlier, last = asked
    if earlier and all(command.answer for command in asked):
        members = ("configurationKey", "unknownKey")
        last.answer = {name: [one for each in asked for one in (each.answer or {}).get(name) or []] for name in members}
    return last


def change_configuration(station: ChargingStation, *, actor: str, key: str, value: str, **how: Unpack[How]) -> Command:
    """Core 5.3. `value` is text, whatever the key's type."""
    return give(station, "ChangeConfiguration", {"key": key, "value": value}, actor=actor, **how)


def clear_cache(station: ChargingStation, *, actor: str, **how: Unpack[How]) -> Command:
    """Core 5.4. Empties the station's authorization cache; its local list stays."""
    return give(station, "ClearCache", {}, actor=actor, **how)


def data_transfer(
    station: ChargingStation,
    *,
    actor: str,
    vendor_id: str,
    message_id: str | None = None,
    data: str | None = None,
    **how: Unpack[How],
) -> Command:
    """Core 5.6. `data` is text whose meaning the vendor defines."""
    payload = given(vendorId=vendor_id, messageId=message_id, data=data)
    return give(station, "DataTransfer", payload, actor=actor, **how)
