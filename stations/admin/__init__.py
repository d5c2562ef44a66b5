"""The admin of stations and of what belongs to them. `gateway.pages` adds what looks across floors."""

from stations.admin.bulk import BulkCommandAdmin
from stations.admin.charging_profiles import ChargingProfileAdmin, InstalledProfileAdmin
from stations.admin.commands import CommandAdmin
from stations.admin.equipment import ConfigurationKeyAdmin, ConnectorAdmin, LocalListAdmin, QuirkAdmin, ReservationAdmin
from stations.admin.files import ProgressReportAdmin, StationFileAdmin
from stations.admin.groups import StationGroupAdmin
from stations.admin.security import CertificateAdmin, SecurityEventAdmin, SigningRequestAdmin
from stations.admin.stations import StationAdmin
from stations.admin.status_changes import StatusChangeAdmin
from stations.admin.templates import ConfigurationTemplateAdmin
from stations.admin.unknown import UnknownStationAdmin, UnknownTagAdmin

__all__ = [
    "BulkCommandAdmin",
    "CertificateAdmin",
    "ChargingProfileAdmin",
    "CommandAdmin",
    "ConfigurationKeyAdmin",
    "ConfigurationTemplateAdmin",
    "ConnectorAdmin",
    "InstalledProfileAdmin",
    "LocalListAdmin",
    "ProgressReportAdmin",
    "QuirkAdmin",
    "ReservationAdmin",
    "SecurityEventAdmin",
    "SigningRequestAdmin",
    "StationAdmin",
    "StationFileAdmin",
    "StationGroupAdmin",
    "StatusChangeAdmin",
    "UnknownStationAdmin",
    "UnknownTagAdmin",
]
