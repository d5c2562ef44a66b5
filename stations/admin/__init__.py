"""The admin of stations and of what belongs to them. `gateway.pages` adds what looks across floors."""

from stations.admin.bulk import BulkCommandAdmin
from stations.admin.commands import CommandAdmin
from stations.admin.equipment import ConfigurationKeyAdmin, ConnectorAdmin, LocalListAdmin, QuirkAdmin, ReservationAdmin
from stations.admin.security import CertificateAdmin, SecurityEventAdmin, SigningRequestAdmin
from stations.admin.stations import StationAdmin

__all__ = [
    "BulkCommandAdmin",
    "CertificateAdmin",
    "CommandAdmin",
    "ConfigurationKeyAdmin",
    "ConnectorAdmin",
    "LocalListAdmin",
    "QuirkAdmin",
    "ReservationAdmin",
    "SecurityEventAdmin",
    "SigningRequestAdmin",
    "StationAdmin",
]
