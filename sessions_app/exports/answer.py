"""The CSV on its way out."""

from collections.abc import Iterable, Iterator
from itertools import chain
from threading import Lock
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from rfid.api.kit import Streamed
from rfid.csv_files import csv_text
from sessions_app.exports.chunks import in_chunks
from sessions_app.exports.tables import Export, Stamp, utc

TURN = Lock()  # one chunk is made at a time: the links share the interpreter with all exports of this process


class CsvAnswer(Streamed):
    """`chunks` of CSV as an attachment; for HEAD nothing of it is made."""

    def __init__(self, request: HttpRequest, name: str, chunks: Iterable[bytes]) -> None:
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "private, no-store"}
        made = () if request.method == "HEAD" else chunks
        super().__init__(made, content_type="text/csv; charset=utf-8", headers=headers)


def csv_chunks(rows: QuerySet[Any], export: Export, stamp: Stamp = utc, zone: str = "") -> Iterator[bytes]:
    """`zone`: the name of the one that `stamp` writes times in, where that is not UTC: the headers then say so."""
    headers = [f"{name} ({zone})" if zone and name in export.times else name for name in export.headers]
    chunks = in_chunks(rows, *export.fields)
    yield csv_text([headers]).encode()
    while True:
        with TURN:
            chunk = next(chunks, None)
            text = csv_text(export.cells(row, stamp) for row in chunk) if chunk else ""
        if not text:
            return
        yield text.encode()


def with_bom(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """For spreadsheets, which take UTF-8 without it for Latin-1."""
    return chain((b"\xef\xbb\xbf",), chunks)
