"""The admin of stations and of what belongs to them. `gateway.pages` adds what looks across floors."""

from stations.admin.bulk import BulkCommandAdmin
from stations.admin.commands import CommandAdmin
from stations.admin.equipment import ConfigurationKeyAdmin, ConnectorAdmin, LocalListAdmin, QuirkAdmin, ReservationAdmin
from stations.admin.stations import StationAdmin

__all__ = [
    "BulkCommandAdmin",
    "CommandAdmin",
    "ConfigurationKeyAdmin",
    "ConnectorAdmin",
    "LocalListAdmin",
    "QuirkAdmin",
    "ReservationAdmin",
    "StationAdmin",
]
