"""What a station tells about itself. Sync functions for the writer's connection; each may be run again."""

from stations.services.boot import boot_notification
from stations.services.configuration import configuration_booted, configuration_number, configuration_value
from stations.services.first_boot import ask_for_first_boots
from stations.services.quirks import count_quirks
from stations.services.reservations import cancel_reservation, expire_reservations, reserve_now, use_reservation
from stations.services.security_events import Noticed, mark_seen, note_security_event, security_event
from stations.services.status import connector, diagnostics_status, firmware_status, status_notification

__all__ = [
    "Noticed",
    "ask_for_first_boots",
    "boot_notification",
    "cancel_reservation",
    "configuration_booted",
    "configuration_number",
    "configuration_value",
    "connector",
    "count_quirks",
    "diagnostics_status",
    "expire_reservations",
    "firmware_status",
    "mark_seen",
    "note_security_event",
    "reserve_now",
    "security_event",
    "status_notification",
    "use_reservation",
]
