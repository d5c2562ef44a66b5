"""A session over time as drawings one below the other: numbers in, places in percent out."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise

from django.utils import timezone

from gateway.pages.axis import Tick, lines, times, top_of
from gateway.pages.pauses import Pause, pauses_of
from gateway.pages.samples import SOC, Sample, Series, series_of
from gateway.pages.tables import when
from sessions_app.models import ChargingSession

WIDTH, HEIGHT = 1000, 200  # of an SVG, which is stretched to its place
STRIPS = 120  # places at which the values can be read
TONES = {"L1": "orange", "L2": "teal", "L3": "violet", "N": "grey"}


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    tone: str
    points: str  # of an SVG polyline
    dot: tuple[str, str] | None  # left and bottom in percent, where there is one sample only


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing: a measurand, with its axis."""

    title: str
    unit: str
    last: str
    axis: list[Tick]
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Strip:
    """A place below the pointer, and what was so then."""

    left: str
    width: str
    flip: bool  # its words go to the left
    at: str
    values: list[str]


@dataclass(frozen=True, slots=True)
class Shade:
    left: str
    width: str
    word: str
    title: str


@dataclass(frozen=True, slots=True)
class Curve:
    panels: list[Panel]
    times: list[Tick]
    strips: list[Strip]
    shades: list[Shade]
    start: str
    end: str


def curve(session: ChargingSession) -> Curve | None:
    """None where there is nothing to draw."""
    series = series_of(session)
    moments = [at for one in series for at, _value in one.samples]
    first = min([session.started_at, *moments])
    now = [timezone.now()] if session.status == ChargingSession.Status.ACTIVE else []
    last = max([*moments, session.stopped_at or first, *now])
    if not series or last <= first:
        return None
    pauses, span = pauses_of(session, last), Span(first, last)
    panels = [panel(list(lines), span) for _kind, lines in groupby(series, key=lambda one: one.kind)]
    return Curve(
        panels, times(first, last), list(strips(series, span, pauses)), [shade(one, span) for one in pauses],
        when(first), when(last),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    first: datetime
    last: datetime

    def place(self, at: datetime) -> float:
        """Of a moment, from 0 to 1."""
        return min(1.0, max(0.0, (at - self.first) / (self.last - self.first)))


def panel(series: list[Series], span: Span) -> Panel:
    kind = series[0].kind
    top = 100.0 if kind is SOC else top_of(max(value for one in series for _at, value in one.samples))
    drawn = [line(one, span, top) for one in series]
    return Panel(str(kind.title), kind.unit, text(series[0], series[0].samples[-1][1]), lines(top), drawn)


def line(series: Series, span: Span, top: float) -> Line:
    spots = [(span.place(at), min(1.0, max(0.0, value / top))) for at, value in series.samples]
    points = " ".join(f"{WIDTH * x:.1f},{HEIGHT - HEIGHT * y:.1f}" for x, y in spots)
    [(x, y), *more] = spots
    dot = None if more else (f"{100 * x:.2f}", f"{100 * y:.2f}")
    return Line(series.label, TONES.get(series.phase.split("-")[0], "blue"), points, dot)


def strips(series: list[Series], span: Span, pauses: list[Pause]) -> Iterator[Strip]:
    """As wide as halfway to their neighbours."""
    moments = sorted({at for one in series for at, _value in one.samples})
    chosen = [moments[round(n * (len(moments) - 1) / STRIPS)] for n in range(STRIPS + 1)]
    places = [(at, span.place(at)) for at in dict.fromkeys(chosen)]
    borders = [0.0, *((a + b) / 2 for (_, a), (_, b) in pairwise(places)), 1.0]
    for (at, place), (left, right) in zip(places, pairwise(borders), strict=True):
        values = [
            f"{one.label} {text(one, value)}" for one in series if (value := value_at(one.samples, at)) is not None
        ]
        words = [pause.word for pause in pauses if pause.start <= at < pause.end]
        yield Strip(
            f"{100 * left:.3f}", f"{100 * (right - left):.3f}", place > 0.5,
            f"{timezone.localtime(at):%H:%M:%S}", [*values, *words],
        )  # fmt: skip


def value_at(samples: list[Sample], at: datetime) -> float | None:
    """The newest one at that moment; None where there was none yet."""
    place = bisect_right(samples, at, key=lambda one: one[0])
    return samples[place - 1][1] if place else None


def text(series: Series, value: float) -> str:
    digits = 0 if series.kind is SOC else 2
    return f"{value:.{digits}f} {series.kind.unit}"


def shade(pause: Pause, span: Span) -> Shade:
    left, right = span.place(pause.start), span.place(pause.end)
    return Shade(f"{100 * left:.2f}", f"{100 * (right - left):.2f}", pause.word, pause.title)
