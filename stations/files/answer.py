"""A stored file as an HTTP answer: streamed, whole or a range of it, always as an attachment."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from rfid.api.kit import Streamed
from stations.files.links import NoEntry
from stations.files.store import path_of
from stations.models import StationFile

CHUNK = 256 * 1024
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
Headers = dict[str, str]


class FileAnswer(Streamed):
    """A file's bytes as they are."""


def file_answer(request: HttpRequest, file: StationFile, ended: Callable[[], None] | None = None) -> HttpResponseBase:
    """For GET and HEAD (RFC 9110 14): one range, or all. `ended` is called when the last byte has been taken.

    Raises NoEntry.
    """
    path = path_of(file)
    if not path.is_file():
        raise NoEntry(404, "The file is not on this gateway's disk any more.")
    headers = headers_of(file)
    span = range_of(request, file, headers["ETag"])
    if span is None:
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{file.size}"})
    first, last = span
    whole = last - first + 1 == file.size
    headers["Content-Length"] = str(last - first + 1)
    if not whole:
        headers["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    if request.method == "HEAD":
        return HttpResponse(status=200 if whole else 206, headers=headers)
    told = ended if last == file.size - 1 else None
    return FileAnswer(read(path, first, last, told), status=200 if whole else 206, headers=headers)


def headers_of(file: StationFile) -> Headers:
    return {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
        "Accept-Ranges": "bytes",
        "ETag": f'"{file.sha256}"',
    }


def range_of(request: HttpRequest, file: StationFile, etag: str) -> tuple[int, int] | None:
    """The first and the last byte that are asked for; None where there are none such."""
    everything = (0, file.size - 1)
    match = RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if match is None or match[0] == "bytes=-" or request.headers.get("If-Range", etag) != etag:
        return everything  # also several ranges at once: a server may ignore what it does not know
    first, last = match[1], match[2]
    if not first:
        return (max(file.size - int(last), 0), file.size - 1) if int(last) and file.size else None
    start, end = int(first), min(int(last or file.size - 1), file.size - 1)
    if last and int(last) < start:
        return everything
    return (start, end) if start < file.size else None


def read(path: Path, first: int, last: int, ended: Callable[[], None] | None) -> Iterator[bytes]:
    left = last - first + 1
    with path.open("rb") as file:
        file.seek(first)
        while left and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
    if ended and not left:
        ended()
