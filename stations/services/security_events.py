"""Security events: what stations tell (white paper A04), and what the gateway itself notices (A00.FR.323)."""

from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from django.db.models import F

from ocpp_ws.protocol import Timestamp
from stations.models import SecurityEvent

Origin = SecurityEvent.Origin
# white paper, section 8
CRITICAL = {
    "FirmwareUpdated", "SettingSystemTime", "StartupOfTheDevice", "ResetOrReboot", "SecurityLogWasCleared",
    "MemoryExhaustion", "TamperDetectionActivated",
}  # fmt: skip


class Noticed(StrEnum):
    """The types of what the gateway itself notices."""

    AUTHENTICATION_FAILED = "AuthenticationFailed"
    FLOOD = "FloodOfUnreadableMessages"
    FOREIGN_TRANSACTION = "ForeignTransactionId"
    KEY_CHANGED = "AuthorizationKeyChanged"
    OVERSIZE = "OversizeMessage"
    PROFILE_CHANGED = "SecurityProfileChanged"
    SERIAL_NUMBER_IN_USE = "SerialNumberInUse"
    TAKEOVER_REFUSED = "TakeoverRefused"
    UNKNOWN_IDENTITY = "UnknownIdentity"


OWN_CRITICAL = {Noticed.FOREIGN_TRANSACTION, Noticed.SERIAL_NUMBER_IN_USE, Noticed.TAKEOVER_REFUSED}


def security_event(*, station_id: int, type: str, at: Timestamp, tech_info: str, now: datetime) -> None:
    """Store what a station tells; the same again changes nothing (A04.FR.02: it is repeated until confirmed)."""
    moment = at.as_sent
    if "clockless" in at.flags or "unparsable_time" in at.flags:  # equal times of such a station are not one moment
        moment += f" {now:%Y-%m-%dT%H}"
    event = SecurityEvent(
        station_id=station_id, type=type[:50], critical=type in CRITICAL, tech_info=tech_info[:255],
        timestamp=at.effective, as_sent=at.as_sent, received_at=now, last_at=now,
        key=key_of(Origin.STATION, station_id, type, moment, tech_info),
    )  # fmt: skip
    SecurityEvent.objects.bulk_create([event], ignore_conflicts=True)


def note_security_event(
    *, type: Noticed, now: datetime, station_id: int | None = None, tech_info: str = "", source: str = "",
    count: int = 1,
) -> None:  # fmt: skip
    """Note what the gateway noticed, `count` times. Within an hour the same from the same `source` is one row.

    Without `source` the `tech_info` tells them apart: then it must not be a stranger's choice, or rows are.
    """
    key = key_of(Origin.GATEWAY, station_id, type, source or tech_info, f"{now:%Y-%m-%dT%H}")
    if SecurityEvent.objects.filter(key=key).update(count=F("count") + count, last_at=now):
        return
    event = SecurityEvent(
        station_id=station_id, origin=Origin.GATEWAY, type=type, critical=type in OWN_CRITICAL,
        tech_info=tech_info[:255], timestamp=now, received_at=now, last_at=now, key=key, count=count,
    )  # fmt: skip
    SecurityEvent.objects.bulk_create([event], ignore_conflicts=True)


def mark_seen(events: Any, *, by: str, now: datetime) -> int:
    """Somebody has looked at these; returns how many were new."""
    return events.filter(seen_at=None).update(seen_at=now, seen_by=by[:150])


def key_of(*parts: object) -> str:
    """What makes an event itself, in 32 characters."""
    return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).hexdigest()
