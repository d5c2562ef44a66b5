"""What stands in the street, and what was asked of it."""

from stations.models.bulk import BulkCommand, BulkItem
from stations.models.certificate import Certificate, SigningRequest
from stations.models.charging_profile import ChargingProfile, InstalledProfile
from stations.models.command import Command, elapsed_ms
from stations.models.configuration_key import ConfigurationKey
from stations.models.configuration_template import ConfigurationTemplate
from stations.models.connector import Connector
from stations.models.file import FileLink, StationFile
from stations.models.group import StationGroup
from stations.models.local_list import LocalList
from stations.models.ordered_json import OrderedJSONField
from stations.models.progress import ProgressReport
from stations.models.quirk import Quirk
from stations.models.reservation import Reservation
from stations.models.security_event import SecurityEvent
from stations.models.station import ChargingStation, StationQuerySet
from stations.models.status_change import ConnectorStatusChange
from stations.models.unknown import UnknownStation, UnknownTag

__all__ = [
    "BulkCommand",
    "BulkItem",
    "Certificate",
    "ChargingProfile",
    "ChargingStation",
    "Command",
    "ConfigurationKey",
    "ConfigurationTemplate",
    "Connector",
    "ConnectorStatusChange",
    "FileLink",
    "InstalledProfile",
    "LocalList",
    "OrderedJSONField",
    "ProgressReport",
    "Quirk",
    "Reservation",
    "SecurityEvent",
    "SigningRequest",
    "StationFile",
    "StationGroup",
    "StationQuerySet",
    "UnknownStation",
    "UnknownTag",
    "elapsed_ms",
]
