"""The admin of stations and of what belongs to them. `gateway.pages` adds what looks across floors."""

from stations.admin.commands import CommandAdmin
from stations.admin.equipment import ConnectorAdmin, QuirkAdmin, ReservationAdmin
from stations.admin.stations import StationAdmin
from stations.admin.unknown import UnknownStationAdmin, UnknownTagAdmin

__all__ = [
    "CommandAdmin",
    "ConnectorAdmin",
    "QuirkAdmin",
    "ReservationAdmin",
    "StationAdmin",
    "UnknownStationAdmin",
    "UnknownTagAdmin",
]
