"""Configuration by template: a ChangeConfiguration for each key, one after the other."""

from typing import Unpack

from stations.commands.core import change_configuration
from stations.errors import NotAllowed
from stations.giving import How
from stations.models import ChargingStation, Command, ConfigurationTemplate


def apply_template(
    station: ChargingStation, *, actor: str, template: ConfigurationTemplate, **how: Unpack[How]
) -> Command:
    """Send its first key; the others follow, each once the one before was accepted (core 5.3). Returns the first.

    Raises NotAllowed where the template is for another kind of station.
    """
    if not template.fits(station):
        kind = " ".join(filter(None, (station.vendor, station.model))) or "of an unknown kind"
        raise NotAllowed(f"{template} is for another kind of station: {station.cp_id} is {kind}.")
    first, *others = template.calls()
    how["then"], how["asked"] = [*others], ["apply-template", template.name]
    return change_configuration(station, actor=actor, key=first["key"], value=first["value"], **how)
