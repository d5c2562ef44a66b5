"""Frames that say what they mean in an odd way; all of them were seen on the wire of real stations."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

Payload = dict[str, Any]


def _no_zone(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def _offset(at: datetime) -> str:
    return at.astimezone(timezone(timedelta(hours=2))).strftime("%Y-%m-%dT%H:%M:%S+0200")


def _nanoseconds(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f000Z")


def _space(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%SZ")


def _before_the_clock_was_set(at: datetime) -> str:
    return f"1970-01-01T00:{at.minute:02}:{at.second:02}Z"


WRITINGS: Iterator[Callable[[datetime], str]] = itertools.cycle(
    [_no_zone, _offset, _nanoseconds, _space, _before_the_clock_was_set]
)
WORDS = {
    "Power.Active.Import": "Power.Active.Import.L1",
    "Voltage": "Voltage.RMS",
    "Percent": "%",
    "NoError": "Error",
    "Local": "DriverWantedIt",
    "Sample.Periodic": "Sample.Regular",
}


def odd_timestamps(frame: list[Any]) -> list[Any]:
    """Every `timestamp` in the next of the odd writings."""
    return _changed(frame, "timestamp", lambda text: next(WRITINGS)(datetime.fromisoformat(text).astimezone(UTC)))


def unknown_enums(frame: list[Any]) -> list[Any]:
    """Words that OCPP's enumerations do not have; statuses and the energy register stay readable."""
    for name in ("measurand", "unit", "errorCode", "reason", "context"):
        frame = _changed(frame, name, lambda word: WORDS.get(word, word))
    return frame


def _changed(value: Any, name: str, change: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_changed(one, name, change) for one in value]
    if isinstance(value, dict):
        return {key: change(one) if key == name else _changed(one, name, change) for key, one in value.items()}
    return value
