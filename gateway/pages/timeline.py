"""The last day of a station's connectors as lanes in the colours of their states."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from operator import itemgetter

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from stations.admin.show import TONES, span
from stations.models import Connector, ConnectorStatusChange

DAY = timedelta(hours=24)
MOST = 1000  # newest changes that are looked at
TICKS = 4
Change = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Stretch:
    word: str
    tone: str
    left: str  # percent of the lane
    width: str
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    title: str
    stretches: list[Stretch]


@dataclass(frozen=True, slots=True)
class Timeline:
    lanes: list[Lane]
    legend: list[tuple[str, str]]  # word and tone
    ticks: list[str]


def timeline(
    connectors: Iterable[Connector], changes: Iterable[ConnectorStatusChange], *, offline_since: datetime | None,
    now: datetime,
) -> Timeline | None:  # fmt: skip
    """Of the day that ends with this minute; None where nothing was told. `changes` in any order;
    of those with one timestamp the one that was received last holds."""
    end = (now + timedelta(minutes=1)).replace(second=0, microsecond=0)
    told: dict[int, list[Change]] = defaultdict(list)
    for one in connectors:
        if one.status and one.status_at and one.status_at < end - DAY:  # its row in the history may be far down
            told[one.number].append((one.status_at, one.status))
    for change in sorted(changes, key=lambda one: one.pk):
        told[change.connector_number].append((min(change.timestamp, now), change.status))
    lanes = [
        Lane(str(number) if number else _("station"), stretches(sorted(of_one, key=itemgetter(0)), end, offline_since))
        for number, of_one in sorted(told.items())
    ]
    if not any(lane.stretches for lane in lanes):
        return None
    seen = {one.word: one.tone for lane in lanes for one in lane.stretches}
    order = [*TONES, *seen]
    legend = sorted(seen.items(), key=lambda item: order.index(item[0]))
    ticks = [hour(end - DAY + DAY * tick / TICKS) for tick in range(TICKS + 1)]
    return Timeline(lanes, legend, ticks)


def stretches(changes: list[Change], end: datetime, offline_since: datetime | None) -> list[Stretch]:
    """What was so from each change to the next; from the end of the link on nothing is known."""
    start = end - DAY
    known_until = min(end, max(start, offline_since)) if offline_since else end
    joined = [one for one, before in zip(changes, [None, *changes], strict=False) if not before or one[1] != before[1]]
    drawn = [
        stretch(word, max(since, start), min(until, known_until), start)
        for (since, word), (until, _word) in pairwise([*joined, (end, "")])
        if min(until, known_until) > max(since, start)
    ]
    return [*drawn, stretch("Offline", known_until, end, start)] if known_until < end else drawn


def stretch(word: str, since: datetime, until: datetime, start: datetime) -> Stretch:
    left, width = (100 * (one / DAY) for one in (since - start, until - since))
    shown = word or "Unknown"
    title = f"{shown}, {hour(since)} - {hour(until)} ({span(since, until)})"
    return Stretch(shown, TONES.get(shown, "grey"), f"{left:.2f}", f"{width:.2f}", title)


def hour(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "D H:i")
