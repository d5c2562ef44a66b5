"""The admin of stations and of what belongs to them. `gateway.pages` adds what looks across floors."""

from stations.admin.commands import CommandAdmin
from stations.admin.equipment import ConnectorAdmin, QuirkAdmin, ReservationAdmin
from stations.admin.files import ProgressReportAdmin, StationFileAdmin
from stations.admin.stations import StationAdmin

__all__ = [
    "CommandAdmin",
    "ConnectorAdmin",
    "ProgressReportAdmin",
    "QuirkAdmin",
    "ReservationAdmin",
    "StationAdmin",
    "StationFileAdmin",
]
