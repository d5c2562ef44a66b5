"""What an import would do, row by row: nothing is written here."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from ocpp_ws.protocol import ci_key
from rfid.csv_files.cards import COLUMNS, LEAVE, Column, Unfit, unfit_for_a_new_card
from rfid.csv_files.reading import Line, NotReadable, Sheet
from rfid.models import RfidCard


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Change:
    field: str
    before: Any
    after: Any


@dataclass(slots=True)
class PlannedRow:
    """`values` by model field; of a known card only `changes` are written."""

    line: int
    tag: str
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    card: RfidCard | None = None

    @property
    def outcome(self) -> Outcome:
        if self.problems:
            return Outcome.ERROR
        if self.card is None:
            return Outcome.NEW
        return Outcome.CHANGED if self.changes else Outcome.UNCHANGED


@dataclass(frozen=True, slots=True)
class Plan:
    rows: list[PlannedRow]

    def of(self, *outcomes: Outcome) -> list[PlannedRow]:
        return [row for row in self.rows if row.outcome in outcomes]

    def counts(self) -> Counter[Outcome]:
        return Counter(row.outcome for row in self.rows)

    def fingerprint(self) -> str:
        """Another one where something else would be written: a card has changed meanwhile."""
        told = [(row.line, row.outcome.value, str(row.changes)) for row in self.rows]
        return sha256(repr(told).encode()).hexdigest()


def plan_cards(sheet: Sheet) -> Plan:
    """Raises NotReadable where the columns are not understood."""
    columns = columns_of(sheet.headers)
    rows = [planned(line, columns) for line in sheet.lines]
    first: dict[str, int] = {}
    for row in rows:
        line = first.setdefault(ci_key(row.tag), row.line)
        if row.tag and line != row.line:
            text = _(
                "The tag stands in line %(line)d already; upper and lower case are the same. Delete one of the two."
            )
            row.problems.append(text % {"line": line})
    compare(rows)
    return Plan(rows)


def columns_of(headers: Sequence[str]) -> list[Column]:
    known = {bare(word): column for column in COLUMNS for word in (column.name, *column.words)}
    names = ", ".join(column.name for column in COLUMNS)
    found: list[Column] = []
    for header in headers:
        column = known.get(bare(header))
        if column is None:  # a misspelt validUntill must not make a card valid for ever
            text = _("The column “%(header)s” is not known. Rename it or delete it; known are %(names)s.")
            raise NotReadable(text % {"header": header[:60], "names": names})
        if column in found:
            text = _("There are two columns for %(name)s. Delete one of them.")
            raise NotReadable(text % {"name": column.name})
        found.append(column)
    if COLUMNS[0] not in found:
        text = _("There is no column tagId. The first line must name the columns; known are %(names)s.")
        raise NotReadable(text % {"names": names})
    return found


def bare(header: str) -> str:
    return re.sub(r"[\W_]+", "", header).lower()


def planned(line: Line, columns: list[Column]) -> PlannedRow:
    cells = dict(zip(columns, [*line.cells, *[""] * len(columns)], strict=False))  # Excel leaves out empty ends
    row = PlannedRow(line.number, cells[COLUMNS[0]][:40])
    if any(line.cells[len(columns) :]):
        text = _("The row has %(cells)d cells, and there are %(columns)d columns. Put text with a separator in quotes.")
        row.problems.append(text % {"cells": len(line.cells), "columns": len(columns)})
        return row
    for column, cell in cells.items():
        try:
            value = column.read(cell)
        except Unfit as error:
            row.problems.append(str(error))
        else:
            if value is not LEAVE:
                row.values[column.field] = value
    return row


def compare(rows: Iterable[PlannedRow]) -> None:
    """Find each row's card, and what differs."""
    good = [row for row in rows if not row.problems]
    cards = RfidCard.objects.in_bulk([ci_key(row.tag) for row in good], field_name="tag_key")
    lost = zeros_lost([row.tag for row in good if ci_key(row.tag) not in cards])
    for row in good:
        row.card = cards.get(ci_key(row.tag))
        if row.card:
            now = {name: getattr(row.card, name) for name in row.values if name != "tag_id"}  # a card keeps its tag
            row.changes = [Change(name, was, row.values[name]) for name, was in now.items() if was != row.values[name]]
        elif problem := unfit_for_a_new_card(row.tag):
            row.problems.append(problem)
        elif row.tag in lost:
            text = _(
                "There is a card %(tag)s: a spreadsheet took its zeros away. Format the column as text, restore them."
            )
            row.problems.append(text % {"tag": lost[row.tag]})


def zeros_lost(tags: Iterable[str]) -> dict[str, str]:
    """{tag: the known one that is the same number} of tags without a card."""
    numbers = {tag for tag in tags if tag.isascii() and tag.isdigit()}
    if not numbers:
        return {}
    known = RfidCard.objects.filter(tag_key__startswith="0").values_list("tag_id", flat=True)
    return {one.lstrip("0"): one for one in known if one.lstrip("0") in numbers}
