"""Times as charge points send them, and as we send them (core 3.14, 3.15)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

# What chargers send: fractions of any length, Z, +hh:mm, +hhmm, +hh or no zone, a space for the T, lower case.
_SHAPE: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
# the members of what a central system sends that are times
SENT_TIMES: Final = frozenset({
    "currentTime", "expiryDate", "installDateTime", "latestTimestamp", "oldestTimestamp", "retrieveDate",
    "retrieveDateTime", "startSchedule", "startTime", "stopTime", "validFrom", "validTo",
})  # fmt: skip
_WHOLE_SECONDS: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z", re.ASCII)
_RAW_LENGTH: Final = 64
_CLOCKLESS_BEFORE: Final = datetime(2015, 1, 1, tzinfo=UTC)
_TOLERATED_DEVIATION: Final = timedelta(minutes=5)
_BELIEVABLE_FUTURE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Timestamp:
    """One time of a charge point.

    as_sent: the natural key: the UTC instant in ISO with microseconds, else the raw text cut to 64 characters;
    instant: what the text says, in UTC, or None; effective: what to display and sort by, always usable;
    flags: of no_zone, unparsable_time, clockless, clock_deviation.
    """

    as_sent: str
    instant: datetime | None
    effective: datetime
    flags: tuple[str, ...]


def parse_timestamp(text: str, received_at: datetime, *, default_tz: tzinfo = UTC) -> Timestamp:
    """Read a time leniently; `received_at` (aware) stands in where it cannot be believed. Never raises for any text.

    `default_tz` is the zone of a time sent without one.
    """
    local = _read(text)
    instant = _to_utc(local, default_tz)
    if local is None or instant is None:
        return Timestamp(text[:_RAW_LENGTH], None, received_at, ("unparsable_time",))
    ahead = instant - received_at
    clockless = instant < _CLOCKLESS_BEFORE
    noted = {
        "no_zone": local.tzinfo is None,
        "clockless": clockless,
        "clock_deviation": ahead > _TOLERATED_DEVIATION,
    }
    return Timestamp(
        as_sent=_iso(instant, "microseconds"),
        instant=instant,
        effective=received_at if clockless or ahead > _BELIEVABLE_FUTURE else instant,
        flags=tuple(flag for flag, is_set in noted.items() if is_set),
    )


def with_zone(text: str, zone: tzinfo) -> str:
    """The text of a time that has no zone with this one; any other text as it is."""
    local = _read(text)
    return text if local is None or local.tzinfo else local.replace(tzinfo=zone).isoformat()


def is_timestamp(text: str) -> bool:
    """Whether `parse_timestamp` would find an instant in this text."""
    return _to_utc(_read(text), UTC) is not None


def format_timestamp(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ`: whole seconds and Z, which every known stack reads. Raises ValueError without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone cannot be sent")
    return _iso(moment.astimezone(UTC), "seconds")


def exact_timestamp(moment: datetime) -> str:
    """With all that is known of it, as the REST API writes it."""
    return _iso(moment.astimezone(UTC), "auto")


def with_milliseconds(payload: Any) -> Any:
    """A copy whose times have milliseconds (`…:00.000Z`): for stations that read no others."""
    if isinstance(payload, list):
        return [with_milliseconds(member) for member in payload]
    if not isinstance(payload, dict):
        return payload
    return {
        key: _WHOLE_SECONDS.sub(r"\1.000Z", member)
        if key in SENT_TIMES and isinstance(member, str)
        else with_milliseconds(member)
        for key, member in payload.items()
    }


def _read(text: str) -> datetime | None:
    text = text.strip().upper().replace(" ", "T", 1)
    if not _SHAPE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # the 30th of February, an offset of 25 hours
        return None


def _to_utc(local: datetime | None, default_tz: tzinfo) -> datetime | None:
    if local is None:
        return None
    if local.tzinfo is None:
        local = local.replace(tzinfo=default_tz)
    try:
        return local.astimezone(UTC)
    except OverflowError:  # the first and the last day of the calendar
        return None


def _iso(moment: datetime, timespec: str) -> str:
    return moment.isoformat(timespec=timespec).removesuffix("+00:00") + "Z"
