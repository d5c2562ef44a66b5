"""A session's energy and power as a drawing: numbers in, SVG points out."""

import math
from dataclasses import dataclass
from datetime import datetime

from gateway.pages.tables import when
from sessions_app.models import ChargingSession, MeterValue

ENERGY, POWER = "Energy.Active.Import.Register", "Power.Active.Import"
WIDTH, HEIGHT = 1000, 200
MOST = 4000  # values read; a session of 11 h at 10 s
POINTS = 250  # points drawn per line

Sample = tuple[datetime, float]


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    tone: str
    points: str  # of an SVG polyline
    top: str


@dataclass(frozen=True, slots=True)
class Curve:
    lines: list[Line]
    start: str
    end: str


def curve(session: ChargingSession) -> Curve | None:
    """The newest values of the session, thinned out; None where there is nothing to draw."""
    rows = MeterValue.objects.filter(session=session, measurand__in=(ENERGY, POWER), phase="", number__isnull=False)
    newest = rows.order_by("-sampled_at").values_list("measurand", "sampled_at", "number", "unit")[:MOST]
    energy: list[Sample] = []
    watts: list[Sample] = []
    for measurand, at, number, unit in reversed(newest):
        if number is not None and math.isfinite(number):
            kilo = number if unit in ("kWh", "kW") else number / 1000
            (energy if measurand == ENERGY else watts).append((at, kilo))
    drawn = [one for one in (energy, watts) if len(one) > 1]
    if not drawn:
        return None
    first, last = min(one[0][0] for one in drawn), max(one[-1][0] for one in drawn)
    gained = [(at, kilowatt_hours - energy[0][1]) for at, kilowatt_hours in energy]
    lines = [line("Energy", "blue", "kWh", gained, first, last), line("Power", "orange", "kW", watts, first, last)]
    return Curve([one for one in lines if one], when(first), when(last))


def line(label: str, tone: str, unit: str, samples: list[Sample], first: datetime, last: datetime) -> Line | None:
    if len(samples) < 2 or last <= first:
        return None
    step = math.ceil(len(samples) / POINTS)
    thin = [*samples[::step], samples[-1]]
    top = max(value for _at, value in thin) or 1.0
    points = " ".join(
        f"{WIDTH * ((at - first) / (last - first)):.1f},{HEIGHT - HEIGHT * max(0.0, value) / top:.1f}"
        for at, value in thin
    )
    return Line(label, tone, points, f"{top:.2f} {unit}")
