"""Rows on their way out, as CSV or in another format."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from threading import Lock
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from ocpp_ws.protocol import exact_timestamp
from rfid.api.kit import Streamed
from rfid.csv_files import csv_text
from sessions_app.exports.chunks import Row, in_chunks
from sessions_app.exports.tables import Export, Stamp

TURN = Lock()  # one chunk is made at a time: the links share the interpreter with all exports of this process


class Download(Streamed):
    """`chunks` of a file as an attachment; for HEAD nothing of it is made."""

    def __init__(self, request: HttpRequest, file_name: str, content_type: str, chunks: Iterable[bytes]) -> None:
        headers = {"Content-Disposition": f'attachment; filename="{file_name}"', "Cache-Control": "private, no-store"}
        made = () if request.method == "HEAD" else chunks
        super().__init__(made, content_type=content_type, headers=headers)


class CsvAnswer(Download):
    def __init__(self, request: HttpRequest, name: str, chunks: Iterable[bytes]) -> None:
        super().__init__(request, f"{name}.csv", "text/csv; charset=utf-8", chunks)


def csv_chunks(rows: QuerySet[Any], export: Export, stamp: Stamp = exact_timestamp, zone: str = "") -> Iterator[bytes]:
    """`zone`: the name of the one that `stamp` writes times in, where that is not UTC: the headers then say so."""
    headers = [f"{name} ({zone})" if zone and name in export.times else name for name in export.headers]
    yield csv_text([headers]).encode()
    yield from in_turn(rows, export, lambda chunk: csv_text(export.cells(row, stamp) for row in chunk))


def in_turn(rows: QuerySet[Any], export: Export, text_of: Callable[[list[Row]], str]) -> Iterator[bytes]:
    """`text_of` each chunk of the rows, in turn with other exports."""
    chunks = in_chunks(rows, *export.fields, size=export.size)
    while True:
        with TURN:
            chunk = next(chunks, None)
            text = text_of(chunk) if chunk else ""
        if not text:
            return
        yield text.encode()


def with_bom(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """For spreadsheets, which take UTF-8 without it for Latin-1."""
    return chain((b"\xef\xbb\xbf",), chunks)
