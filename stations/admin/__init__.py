"""The admin of stations and of what belongs to them. `gateway.pages` adds what looks across floors."""

from stations.admin.charging_profiles import ChargingProfileAdmin, InstalledProfileAdmin
from stations.admin.commands import CommandAdmin
from stations.admin.equipment import ConnectorAdmin, QuirkAdmin, ReservationAdmin
from stations.admin.stations import StationAdmin

__all__ = [
    "ChargingProfileAdmin",
    "CommandAdmin",
    "ConnectorAdmin",
    "InstalledProfileAdmin",
    "QuirkAdmin",
    "ReservationAdmin",
    "StationAdmin",
]
