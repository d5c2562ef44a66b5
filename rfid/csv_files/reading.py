"""Bytes to rows: encodings, separators and other habits of spreadsheets."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from django.utils.translation import gettext as _

from rfid.csv_files.cells import plain

MOST_BYTES = 1024 * 1024
MOST_ROWS = 10_000
SEPARATORS = ",;\t"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, .xls


class NotReadable(Exception):
    """The file as a whole cannot be taken; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """`number`: where it begins in the file, as an editor counts."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    headers: list[str]
    lines: list[Line]


def read_sheet(content: bytes) -> Sheet:
    """Raises NotReadable."""
    if len(content) > MOST_BYTES:
        raise NotReadable(_("The file is larger than 1 MB. Split it into several files."))
    text = decoded(content)
    separator, text, skipped = dialect(text)
    lines = list(read_lines(text, separator, skipped))
    if not lines:
        raise NotReadable(_("The file is empty. Its first line must name the columns."))
    headers, *rows = lines
    if len(rows) > MOST_ROWS:
        raise NotReadable(_("The file has more than 10,000 rows. Split it into several files."))
    named = headers.cells
    while named and not named[-1]:
        named.pop()
    return Sheet(named, rows)


def decoded(content: bytes) -> str:
    """UTF-8 with or without BOM, Excel's "Unicode text" (UTF-16), else Windows' Latin-1."""
    if content.startswith(WORKBOOKS):
        raise NotReadable(_("This is a workbook, not a CSV file. Save it as “CSV UTF-8” and choose that file."))
    try:
        text = content.decode("utf-16" if content.startswith(UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise NotReadable(_("This is not a text file. Save the table as “CSV UTF-8” and choose that file."))
    return text


def dialect(text: str) -> tuple[str, str, int]:
    """The separator, the text without Excel's own line about it, and how many lines that took."""
    if told := re.match(r"sep=(.)\r?\n", text, re.IGNORECASE):
        return told[1], text[told.end() :], 1
    head = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", head)
    return max(SEPARATORS, key=bare.count), text, 0


def read_lines(text: str, separator: str, skipped: int) -> Iterator[Line]:
    """Those that are not blank."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 0
    try:
        for cells in reader:
            trimmed = [plain(cell).strip() for cell in cells]
            if any(trimmed):
                yield Line(skipped + begins + 1, trimmed)
            begins = reader.line_num
    except csv.Error as error:
        told = {"line": skipped + begins + 1, "error": error}
        text = _("Line %(line)d cannot be read (%(error)s). Look for a quotation mark too many or too few there.")
        raise NotReadable(text % told) from None
