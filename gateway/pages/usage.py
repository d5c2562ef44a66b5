"""Energy and sessions, summed by day or month, station or card.

A session counts where it began, with all of its energy. The sums are made when they are asked for: a period is a range
of the index on started_at, whose rows lie together, and late stops need no correction of anything stored.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, IntegerField, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import formats, timezone

from sessions_app.models import ChargingSession
from sessions_app.services.energy import MOST_WH, is_credible
from stations.admin.tables import midnight

MOST_BARS = 92  # days; a longer time is summed by month


@dataclass(frozen=True, slots=True)
class Use:
    """`of` is what it is of: a period, a station, a card; None where the session has no card. `doubtful` sessions are
    counted, but without their energy: it is negative, or more than any vehicle takes."""

    of: Any
    sessions: int = 0
    wh: int = 0
    doubtful: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in the current time zone, both included; one calendar month or a part of it, or a single day."""

    first: date
    last: date
    monthly: bool = field(default=False)

    @property
    def start(self) -> datetime:
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        return midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def parts(self) -> list["Period"]:
        """Its days, or its months where these would be too many."""
        if self.days <= MOST_BARS:
            return [Period(one, one) for one in (self.first + timedelta(days=n) for n in range(self.days))]
        parts, first = [], self.first
        while first <= self.last:
            last = min(end_of_month(first), self.last)
            parts.append(Period(first, last, monthly=True))
            first = last + timedelta(days=1)
        return parts


def in_words(wh: float) -> str:
    """Energy from one session's to a network's."""
    kilo = wh / 1000
    if kilo < 1000:
        return f"{kilo:.2f} kWh"
    return f"{kilo:,.0f} kWh" if kilo < 100_000 else f"{kilo / 1000:,.1f} MWh"


def day_or_month(part: Period) -> str:
    return formats.date_format(part.first, "M Y" if part.monthly else "D j M Y")


def on_axis(part: Period) -> str:
    """In short: a telephone has room for six of them."""
    return formats.date_format(part.first, "M" if part.monthly else "j M")


def end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def begun(period: Period) -> QuerySet[Any]:
    gain = Coalesce("meter_stop", "last_meter_wh") - F("meter_start")
    in_time = ChargingSession.objects.filter(started_at__gte=period.start, started_at__lt=period.end)
    return in_time.annotate(gain=gain).order_by()


def summed(rows: QuerySet[Any], by: Any) -> QuerySet[Any]:
    credible = Q(gain__gte=0, gain__lte=MOST_WH)
    sums = {"n": Count("pk"), "wh": Sum("gain", filter=credible), "doubtful": Count("gain", filter=~credible)}
    return rows.annotate(of=by).values_list("of").annotate(**sums)


def by_time(period: Period) -> list[Use]:
    """In order, with the days on which there was nothing. One query of as many ranges of the index: what a day is
    depends on the time zone, and no database cuts days as fast as it counts rows."""
    parts = period.parts()
    first, *rest = [
        summed(begun(part), Value(n, IntegerField())).values_list("of", "n", "wh", "doubtful")
        for n, part in enumerate(parts)
    ]
    found = {row[0]: row for row in (first.union(*rest, all=True) if rest else first)}
    return [use(part, *found[n][1:]) if n in found else Use(part) for n, part in enumerate(parts)]


def by_station(period: Period) -> list[Use]:
    """Of stations' ids."""
    return ranked(summed(begun(period), F("station_id")))


def by_card(period: Period) -> list[Use]:
    """Of cards' ids."""
    return ranked(summed(begun(period), F("card_id")))


def ranked(rows: Iterable[Any]) -> list[Use]:
    """The largest first."""
    return sorted((use(*row) for row in rows), key=lambda one: (-one.wh, -one.sessions, one.of or 0))


def named(uses: Sequence[Use], model: Any) -> list[Use]:
    """Of rows instead of their ids."""
    known = model.objects.in_bulk([one.of for one in uses if one.of is not None])
    return [replace(one, of=known.get(one.of)) for one in uses]


def use(of: Any, sessions: int, wh: int | None, doubtful: int) -> Use:
    return Use(of, sessions, wh or 0, doubtful)


def months_of_tag(key: str, period: Period, most: int) -> list[Use]:
    """A long period's months, of the newest `most` sessions with that tag: one tag may be that of half a network."""
    count, energy, doubtful = Counter[str](), Counter[str](), Counter[str]()
    for at, gain in begun(period).filter(id_tag_key=key).order_by("-pk").values_list("started_at", "gain")[:most]:
        month = f"{timezone.localtime(at):%Y-%m}"
        credible = is_credible(gain)
        count[month] += 1
        energy[month] += gain if credible else 0
        doubtful[month] += gain is not None and not credible
    parts = ((part, f"{part.first:%Y-%m}") for part in period.parts())
    return [Use(part, count[month], energy[month], doubtful[month]) for part, month in parts]
