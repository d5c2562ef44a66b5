"""What a station tells about itself. Sync functions for the writer's connection; each may be run again."""

from stations.services.boot import boot_notification
from stations.services.central_reservations import cancellation_answered, next_reservation_id, reservation_answered
from stations.services.configuration import configuration_booted, configuration_number, configuration_value
from stations.services.first_boot import ask_for_first_boots
from stations.services.progress import file_announced, file_progress
from stations.services.quirks import count_quirks
from stations.services.reservations import (
    cancel_reservation,
    end_reservations,
    expire_reservations,
    reserve_now,
    use_reservation,
)
from stations.services.security_events import Noticed, mark_seen, note_security_event, security_event
from stations.services.status import connector, status_notification
from stations.services.tags import Verdict, unknown_status, verify_tag
from stations.services.unknown import Knock, NoCard, add_station, adopt_tag, note_unknown_stations, note_unknown_tag

__all__ = [
    "Knock",
    "NoCard",
    "Noticed",
    "Verdict",
    "add_station",
    "adopt_tag",
    "ask_for_first_boots",
    "boot_notification",
    "cancel_reservation",
    "cancellation_answered",
    "configuration_booted",
    "configuration_number",
    "configuration_value",
    "connector",
    "count_quirks",
    "end_reservations",
    "expire_reservations",
    "file_announced",
    "file_progress",
    "mark_seen",
    "next_reservation_id",
    "note_security_event",
    "note_unknown_stations",
    "note_unknown_tag",
    "reservation_answered",
    "reserve_now",
    "security_event",
    "status_notification",
    "unknown_status",
    "use_reservation",
    "verify_tag",
]
