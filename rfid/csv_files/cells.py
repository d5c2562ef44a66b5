"""Cells that no spreadsheet takes for a formula (OWASP, CSV injection), and the way back."""

import csv
import re
from collections.abc import Iterable
from io import StringIO

Cell = str | int | float | None

# the full-width forms are formulas in some locales; an apostrophe before one of them is ours, so it gets another
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
ESCAPED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


def safe(cell: Cell) -> Cell:
    """Text that would be a formula gets an apostrophe before it; a number stays one, also as text."""
    if isinstance(cell, str) and FORMULA.match(cell) and not NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def plain(cell: str) -> str:
    """What `safe` was given."""
    return cell[1:] if ESCAPED.match(cell) else cell


def csv_text(rows: Iterable[Iterable[Cell]]) -> str:
    """Lines of RFC 4180, each cell safe; None is an empty cell."""
    lines = StringIO()
    csv.writer(lines).writerows([safe(cell) for cell in row] for row in rows)
    return lines.getvalue()
