"""Bars: numbers in, SVG and widths out."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.pages.curve import HEIGHT, WIDTH

TICKS = 6  # labels below the columns; a telephone has room for them


@dataclass(frozen=True, slots=True)
class Column:
    """A rectangle of an SVG, and what it says."""

    x: str
    y: str
    width: str
    height: str
    told: str
    link: str


@dataclass(frozen=True, slots=True)
class Columns:
    """`ticks` are (the column's number from 1, its label)."""

    label: str
    tone: str
    top: str
    bars: list[Column]
    ticks: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the axis: in full, in short, and where it leads."""

    name: str
    short: str
    link: str


def columns(
    label: str, tone: str, places: Sequence[Place], values: Sequence[float], words: Callable[[Any], str]
) -> Columns:
    """Standing bars in their order."""
    top, step = max(values, default=0) or 1, WIDTH / max(1, len(values))
    bars = [
        Column(f"{n * step + step * 0.1:.2f}", f"{HEIGHT - HEIGHT * value / top:.2f}", f"{step * 0.8:.2f}",
               f"{HEIGHT * value / top:.2f}", f"{place.name}: {words(value)}", place.link)
        for n, (place, value) in enumerate(zip(places, values, strict=True))
    ]  # fmt: skip
    every = math.ceil(len(places) / TICKS)
    return Columns(label, tone, words(top), bars, [(n + 1, places[n].short) for n in range(0, len(places), every)])


@dataclass(frozen=True, slots=True)
class Rank:
    name: str
    value: str
    share: str
    link: str


def ranks(rows: Iterable[tuple[str, str, float, str]]) -> list[Rank]:
    """Lying bars, the longest first, of (name, value in words, value, link)."""
    known = list(rows)
    top = max((value for _name, _words, value, _link in known), default=0) or 1
    return [Rank(name, words, f"{100 * value / top:.2f}", link) for name, words, value, link in known]
