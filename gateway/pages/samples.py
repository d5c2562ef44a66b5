"""What a session's meter values say over time, thinned out for drawing."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, F, IntegerField, Q, Window
from django.db.models.functions import Cast, Mod, RowNumber
from django.utils.translation import gettext_lazy

from sessions_app.models import ChargingSession, MeterValue

POINTS = 240  # of a line; a day's session has 8640 samples of each measurand
KILO = ("Wh", "W", "")  # the unit of energy and power is Wh and W where none is told (core 7.31)
Sample = tuple[datetime, float]


@dataclass(frozen=True, slots=True)
class Kind:
    """A measurand that is drawn; `kilo`: in thousands of its unit."""

    measurand: str
    title: Any
    unit: str
    kilo: bool = False


POWER = Kind("Power.Active.Import", gettext_lazy("Power"), "kW", kilo=True)
ENERGY = Kind("Energy.Active.Import.Register", gettext_lazy("Energy"), "kWh", kilo=True)
SOC = Kind("SoC", gettext_lazy("State of charge"), "%")
CURRENT = Kind("Current.Import", gettext_lazy("Current"), "A")
KINDS = (POWER, ENERGY, SOC, CURRENT)


@dataclass(slots=True)
class Series:
    """One line: a measurand of one phase (empty: of all) at one location."""

    kind: Kind
    phase: str
    location: str
    samples: list[Sample] = field(default_factory=list)

    @property
    def label(self) -> str:
        place = "" if self.location in ("Outlet", "EV") else self.location
        return " ".join(filter(None, (self.phase or str(self.kind.title), place)))


def series_of(session: ChargingSession) -> list[Series]:
    """In the order of KINDS, the total before its phases."""
    found: dict[tuple[str, str, str], Series] = {}
    kinds = {kind.measurand: kind for kind in KINDS}
    for measurand, phase, location, at, number, unit in thinned(session):
        series = found.setdefault((measurand, phase, location), Series(kinds[measurand], phase, location))
        if math.isfinite(number):
            thousands = series.kind.kilo and unit in KILO
            series.samples.append((at, number / 1000 if thousands else number))
    for series in found.values():
        if series.kind is ENERGY:
            series.samples = gained(series, session)
    order = sorted(found.values(), key=lambda one: (KINDS.index(one.kind), one.location != "Outlet", one.phase))
    return [one for one in order if one.samples]


def thinned(session: ChargingSession) -> Iterator[tuple[Any, ...]]:
    """Of each line at most twice POINTS samples, the first and the last among them."""
    line = [F("measurand"), F("phase"), F("location")]
    in_time = [F("sampled_at").asc(), F("pk").asc()]
    rows = MeterValue.objects.filter(
        session=session, measurand__in=[kind.measurand for kind in KINDS], number__isnull=False
    )
    numbered = rows.annotate(
        nth=Window(RowNumber(), partition_by=line, order_by=in_time), of=Window(Count("*"), partition_by=line)
    ).annotate(rest=Mod(F("nth"), Cast(F("of") / POINTS, IntegerField()) + 1, output_field=IntegerField()))
    kept = numbered.filter(Q(nth=1) | Q(nth=F("of")) | Q(rest=0))
    names = ("measurand", "phase", "location", "sampled_at", "number", "unit")
    return kept.order_by("sampled_at", "pk").values_list(*names).iterator()


def gained(series: Series, session: ChargingSession) -> list[Sample]:
    """A register's readings as what came since the start; the start itself is not always among them."""
    start = session.meter_start / 1000
    (at, first), *_others = series.samples
    if series.phase or first < start:  # another register than the one that meterStart is of
        return [(moment, value - first) for moment, value in series.samples]
    begin = [(session.started_at, 0.0)] if session.started_at < at else []
    return [*begin, *((moment, value - start) for moment, value in series.samples)]
