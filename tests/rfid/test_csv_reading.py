"""What people and spreadsheets hand in as a CSV file, and what no spreadsheet may take for a formula."""

import csv
from io import StringIO

import pytest

from rfid.csv_files import NotReadable, csv_text, read_sheet, safe
from rfid.csv_files.cells import plain

HEAD, ROW = ["tagId", "holder"], ["04A2", "Jörg"]


@pytest.mark.parametrize(
    "content",
    [
        "tagId,holder\n04A2,Jörg\n".encode(),
        b"\xef\xbb\xbf" + "tagId,holder\r\n04A2,Jörg\r\n".encode(),
        "tagId;holder\r\n04A2;Jörg\r\n".encode("latin-1"),
        "tagId;holder\r04A2;Jörg".encode("cp1252"),
        "tagId\tholder\r\n04A2\tJörg\r\n".encode("utf-16"),
        "sep=;\r\ntagId;holder\r\n04A2;Jörg\r\n".encode(),
        'tagId;"holder"\n" 04A2 ";"Jörg"\n;\n\n;;;\n'.encode(),
        "tagId,holder,,\n04A2,Jörg,,\n".encode(),
        '"tagId","holder"\n04A2,Jörg\xa0\n'.encode(),
    ],
    ids=["plain", "bom", "latin-1", "old mac", "unicode text", "sep=", "blank rows", "empty columns", "no-break space"],
)
def test_habits_of_spreadsheets_are_read(content: bytes) -> None:
    sheet = read_sheet(content)
    assert sheet.headers == HEAD
    assert [line.cells[:2] for line in sheet.lines] == [ROW]
    assert not any(any(line.cells[2:]) for line in sheet.lines)


def test_lines_are_numbered_as_an_editor_does() -> None:
    sheet = read_sheet(b'sep=,\ntagId,note\n\nA,"two\nlines"\nB,\n')
    assert [(line.number, line.cells[0]) for line in sheet.lines] == [(4, "A"), (6, "B")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"PK\x03\x04anything", "workbook"),
        (b"tagId\n\x00\x01\n", "not a text file"),
        (b'tagId,note\nA,"open\nB,\n', "Line 2 cannot be read"),
        (b"tagId\n" + b"x" * 1024 * 1024, "larger than 1 MB"),
        (b"tagId\n" + b"A\n" * 10_001, "more than 10,000 rows"),
        (b"tagId\n" + b"x" * 200_000, "Line 2 cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(NotReadable, match=sentence):
        read_sheet(content)


@pytest.mark.parametrize("start", "=+-@\t\r\n＝＋－＠")
def test_a_formula_becomes_text_and_comes_back(start: str) -> None:
    for formula in (f"{start}cmd|x", f"'{start}cmd", f"''{start}"):
        assert str(safe(formula)).startswith("'")
        assert plain(str(safe(formula))) == formula


@pytest.mark.parametrize("cell", ["-5.3", "+7", "-1e5", -5, 0.5, None, "a=b", "'quoted", "04A2", ""])
def test_numbers_and_other_text_stay_as_they_are(cell: object) -> None:
    assert safe(cell) == cell  # type: ignore[arg-type]
    if isinstance(cell, str):
        assert plain(cell) == cell


def test_lines_are_read_by_any_reader() -> None:
    rows = [["a,b", 'say "x"', "two\nlines"], ["=1", None, 3]]
    assert list(csv.reader(StringIO(csv_text(rows), newline=""))) == [
        ["a,b", 'say "x"', "two\nlines"],
        ["'=1", "", "3"],
    ]
