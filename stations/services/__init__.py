"""What a station tells about itself. Sync functions for the writer's connection; each may be run again."""

from stations.services.boot import boot_notification
from stations.services.central_reservations import cancellation_answered, next_reservation_id, reservation_answered
from stations.services.quirks import count_quirks
from stations.services.reservations import (
    cancel_reservation,
    end_reservations,
    expire_reservations,
    reserve_now,
    use_reservation,
)
from stations.services.status import connector, diagnostics_status, firmware_status, status_notification

__all__ = [
    "boot_notification",
    "cancel_reservation",
    "cancellation_answered",
    "connector",
    "count_quirks",
    "diagnostics_status",
    "end_reservations",
    "expire_reservations",
    "firmware_status",
    "next_reservation_id",
    "reservation_answered",
    "reserve_now",
    "status_notification",
    "use_reservation",
]
