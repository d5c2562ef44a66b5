"""What stands in the street, and what was asked of it."""

from stations.models.command import Command, elapsed_ms
from stations.models.connector import Connector
from stations.models.quirk import Quirk
from stations.models.reservation import Reservation
from stations.models.station import ChargingStation, StationQuerySet
from stations.models.unknown import UnknownStation, UnknownTag

__all__ = [
    "ChargingStation",
    "Command",
    "Connector",
    "Quirk",
    "Reservation",
    "StationQuerySet",
    "UnknownStation",
    "UnknownTag",
    "elapsed_ms",
]
