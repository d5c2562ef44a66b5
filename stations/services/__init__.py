"""What a station tells about itself. Sync functions for the writer's connection; each may be run again."""

from stations.services.boot import boot_notification
from stations.services.configuration import configuration_value
from stations.services.progress import file_announced, file_progress
from stations.services.quirks import count_quirks
from stations.services.reservations import cancel_reservation, expire_reservations, reserve_now, use_reservation
from stations.services.status import connector, status_notification

__all__ = [
    "boot_notification",
    "cancel_reservation",
    "configuration_value",
    "connector",
    "count_quirks",
    "expire_reservations",
    "file_announced",
    "file_progress",
    "reserve_now",
    "status_notification",
    "use_reservation",
]
