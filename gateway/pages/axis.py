"""Where an axis has its lines, and what they say."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

LINES = 4  # of a vertical axis
MOST_TICKS = 6  # of a time axis
MINUTE, HOUR, DAY = 60, 3600, 86_400
SECONDS = (
    1, 2, 5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR,
    3 * HOUR, 6 * HOUR, 12 * HOUR, DAY,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tick:
    place: str  # in percent of the axis
    text: str


def top_of(highest: float) -> float:
    """The end of an axis from 0 with round steps: 1, 2, 2.5 or 5 and zeros."""
    if highest <= 0:
        return 1.0
    step = highest / LINES
    power = 10.0 ** math.floor(math.log10(step))
    rounded = next(one for one in (1, 2, 2.5, 5, 10) if one * power >= step * 0.9999)
    return rounded * power * LINES


def lines(top: float) -> list[Tick]:
    """From the top down."""
    return [Tick(f"{100 - 100 * n / LINES:.0f}", f"{top * n / LINES:g}") for n in range(LINES, -1, -1)]


def times(first: datetime, last: datetime) -> list[Tick]:
    """At most MOST_TICKS round times between two moments."""
    seconds = (last - first).total_seconds()
    days = math.ceil(seconds / DAY / MOST_TICKS)
    step = next((one for one in SECONDS if seconds / one <= MOST_TICKS), days * DAY)
    shape = "%H:%M:%S" if step < MINUTE else "%H:%M" if step < DAY else "%d.%m."
    return [
        Tick(f"{100 * (at - first) / (last - first):.2f}", f"{timezone.localtime(at):{shape}}")
        for at in round_times(first, last, step)
    ]


def round_times(first: datetime, last: datetime, step: int) -> Iterator[datetime]:
    start = timezone.localtime(first)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + timedelta(seconds=step * math.ceil((start - midnight).total_seconds() / step))
    while at <= last:
        yield at
        at += timedelta(seconds=step)
