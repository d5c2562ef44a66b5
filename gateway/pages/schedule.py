"""A charging schedule (core 7.13) as a drawing in steps, with its table."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from gateway.pages.curve import HEIGHT, WIDTH
from gateway.pages.tables import Table, when
from stations.profiles.rules import moment

MOST = 1000  # periods drawn; ChargingScheduleMaxPeriods is seldom over 100
RECURS = {"Daily": 86_400, "Weekly": 604_800}
UNITS = {"A": "A per phase", "W": "W"}


@dataclass(frozen=True, slots=True)
class Step:
    """From second `start` to second `end` of the schedule."""

    start: int
    end: int
    limit: float
    phases: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    points: str  # of an SVG polyline
    top: str
    start: str
    end: str
    table: Table


def composite(command: Any) -> Chart | None:
    """Of a GetCompositeSchedule's answer; None where it has no schedule."""
    answer, asked = command.answer or {}, command.payload
    schedule = answer.get("chargingSchedule")
    if not isinstance(schedule, dict):
        return None
    start = moment(answer.get("scheduleStart")) or command.finished_at
    connector = asked.get("connectorId")
    title = f"Composite schedule of {f'connector {connector}' if connector else 'the whole station'}"
    return chart(title, schedule, start, schedule.get("duration") or asked.get("duration") or 0)


def of_profile(profile: dict[str, Any]) -> Chart | None:
    schedule = profile["chargingSchedule"]
    start = moment(schedule.get("startSchedule"))
    kinds = [profile["chargingProfileKind"], profile.get("recurrencyKind")]
    title = f"{profile['chargingProfilePurpose']}, {' '.join(filter(None, kinds)).lower()}"
    return chart(title, schedule, start, length(profile))


def length(profile: dict[str, Any]) -> int:
    """Seconds to draw: its duration, one recurrence, or a little more than its last period's start."""
    schedule = profile["chargingSchedule"]
    ends = [schedule.get("duration"), RECURS.get(profile.get("recurrencyKind") or "")]
    last = max((period["startPeriod"] for period in schedule["chargingSchedulePeriod"]), default=0)
    return min((end for end in ends if end), default=last + max(3600, last // 4))


def chart(title: str, schedule: dict[str, Any], start: datetime | None, seconds: int) -> Chart | None:
    unit = UNITS.get(schedule.get("chargingRateUnit", ""), "")
    steps = steps_of(schedule.get("chargingSchedulePeriod") or [], seconds)
    if not steps:
        return None
    top = max(step.limit for step in steps) or 1.0
    points = " ".join(
        f"{x(second, seconds)},{y(step.limit, top)}" for step in steps for second in (step.start, step.end)
    )
    rows = [
        [at(start, step.start), at(start, step.end), f"{step.limit:g} {unit}".rstrip(), step.phases or "-"]
        for step in steps
    ]
    table = {"headers": ["From", "To", "Limit", "Phases"], "rows": rows}
    return Chart(title, points, f"{top:g} {unit}".rstrip(), at(start, 0), at(start, seconds), table)


def steps_of(periods: list[Any], seconds: int) -> list[Step]:
    """What of the periods lies within the time drawn, whatever their order; a station may say anything."""
    told = [one for one in periods[:MOST] if isinstance(one, dict) and is_number(one.get("limit"))]
    within = [one for one in told if is_number(one.get("startPeriod")) and 0 <= one["startPeriod"] < seconds]
    within.sort(key=lambda one: one["startPeriod"])
    starts = [int(one["startPeriod"]) for one in within]
    return [
        Step(start, end, float(one["limit"]), one.get("numberPhases"))
        for one, (start, end) in zip(within, pairwise([*starts, seconds]), strict=True)
        if end > start
    ]


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def x(second: int, seconds: int) -> str:
    return f"{WIDTH * second / seconds:.1f}"


def y(limit: float, top: float) -> str:
    return f"{HEIGHT - HEIGHT * max(0.0, limit) / top:.1f}"


def at(start: datetime | None, second: int) -> str:
    """A moment; where the station decides the start, the time since then."""
    try:
        return when(start + timedelta(seconds=second)) if start else f"{timedelta(seconds=second)} after the start"
    except OverflowError:
        return "-"
