"""The admin of stations and of what belongs to them. `gateway.pages` adds what looks across floors."""

from stations.admin.commands import CommandAdmin
from stations.admin.equipment import ConnectorAdmin, QuirkAdmin, ReservationAdmin
from stations.admin.security import CertificateAdmin, SecurityEventAdmin, SigningRequestAdmin
from stations.admin.stations import StationAdmin

__all__ = [
    "CertificateAdmin",
    "CommandAdmin",
    "ConnectorAdmin",
    "QuirkAdmin",
    "ReservationAdmin",
    "SecurityEventAdmin",
    "SigningRequestAdmin",
    "StationAdmin",
]
