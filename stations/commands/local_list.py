"""The Local Auth List Management profile."""

from typing import Any, Unpack

from stations.commands.members import given
from stations.models import ChargingStation, Command
from stations.outbox import How, give


def get_local_list_version(station: ChargingStation, *, actor: str, **how: Unpack[How]) -> Command:
    """Core 5.10. `listVersion` 0: the list is empty; -1: there are no local lists (errata 3.52)."""
    return give(station, "GetLocalListVersion", {}, actor=actor, **how)


def send_local_list(
    station: ChargingStation,
    *,
    actor: str,
    list_version: int,
    update_type: str,
    local_authorization_list: list[dict[str, Any]] | None = None,
    **how: Unpack[How],
) -> Command:
    """Core 5.15. `update_type` is Full or Differential, where an entry without idTagInfo removes its idTag."""
    payload = given(listVersion=list_version, localAuthorizationList=local_authorization_list, updateType=update_type)
    return give(station, "SendLocalList", payload, actor=actor, **how)
