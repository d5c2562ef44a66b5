"""What stands in the street, and what was asked of it."""

from stations.models.command import Command, elapsed_ms
from stations.models.configuration_key import ConfigurationKey
from stations.models.connector import Connector
from stations.models.file import FileLink, StationFile
from stations.models.progress import ProgressReport
from stations.models.quirk import Quirk
from stations.models.reservation import Reservation
from stations.models.station import ChargingStation, StationQuerySet

__all__ = [
    "ChargingStation",
    "Command",
    "ConfigurationKey",
    "Connector",
    "FileLink",
    "ProgressReport",
    "Quirk",
    "Reservation",
    "StationFile",
    "StationQuerySet",
    "elapsed_ms",
]
