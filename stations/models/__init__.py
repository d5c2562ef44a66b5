"""What stands in the street, and what was asked of it."""

from stations.models.charging_profile import ChargingProfile, InstalledProfile
from stations.models.command import Command, elapsed_ms
from stations.models.configuration_key import ConfigurationKey
from stations.models.connector import Connector
from stations.models.quirk import Quirk
from stations.models.reservation import Reservation
from stations.models.station import ChargingStation, StationQuerySet

__all__ = [
    "ChargingProfile",
    "ChargingStation",
    "Command",
    "ConfigurationKey",
    "Connector",
    "InstalledProfile",
    "Quirk",
    "Reservation",
    "StationQuerySet",
    "elapsed_ms",
]
