"""The Local Auth List Management profile."""

from typing import Any, Unpack

from django.utils import timezone

from stations.commands.members import given
from stations.giving import How, give, repeated
from stations.models import ChargingStation, Command
from stations.services.local_list import first_step, note_filling


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


def fill_local_list(station: ChargingStation, *, actor: str, full: bool = False, **how: Unpack[How]) -> Command:
    """Make the station's list hold the cards; returns the first step, the others follow its answer.

    `full`: begin anew, whatever the list holds. Where it seems to hold all of them the station is asked for its
    version: another one than ours starts a Full update.
    """
    how["asked"] = ["fill-local-list", full]
    if earlier := repeated(station, actor=actor, **how):
        return earlier  # its own answer moves the filling on
    how["beside"] = note_filling
    step = first_step(station, full=full, now=timezone.now())
    if step is None:
        return get_local_list_version(station, actor=actor, **how)
    return send_local_list(
        station, actor=actor, list_version=step["listVersion"], update_type=step["updateType"],
        local_authorization_list=step.get("localAuthorizationList"), **how,
    )  # fmt: skip
