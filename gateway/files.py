"""/files/<token>/<name>: where stations fetch firmware and leave diagnostics and logs, without login.

No database connection is held while bytes go over the wire or to the disk.
"""

import errno
import logging
import re
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.multipartparser import MultiPartParserError

from stations import files
from stations.giving import release_connection
from stations.models import Command, FileLink

logger = logging.getLogger(__name__)
# a station that appends its file's name may forget the slash
ADDRESS = re.compile(r"/files/(?P<token>[\w-]{32})(?P<rest>.*)", re.ASCII | re.DOTALL)
CHUNK = 256 * 1024
Upload = tuple[str, Iterable[bytes]]  # the name as it was given, and the bytes


def station_file(request: HttpRequest) -> HttpResponseBase:
    """A download link takes GET and HEAD, an upload link PUT and POST."""
    try:
        address = ADDRESS.fullmatch(request.path)
        if address is None:
            raise files.NoEntry(404, "There is nothing at this address.")
        link = files.find(address["token"])
        files.note_request(link, peer(request))
        return download(request, link) if link.file else upload(request, link, address["rest"])
    except files.NoEntry as refusal:
        logger.warning("%s %s/...: %d %s", request.method, request.path[:14], refusal.status, refusal)
        return said(refusal.status, str(refusal))
    except (OperationalError, InterfaceError):
        logger.exception("The database is not usable")
        return said(503, "The database is not usable; try again.", {"Retry-After": "30"})
    finally:
        release_connection()


def download(request: HttpRequest, link: FileLink) -> HttpResponseBase:
    if request.method not in ("GET", "HEAD"):
        return said(405, "This address is for a download.", {"Allow": "GET, HEAD"})
    assert link.file

    def ended() -> None:
        files.note_download(link)
        release_connection()
        logger.info("[%s] %s was downloaded from %s.", link.station.cp_id, link.file, peer(request))

    return files.file_answer(request, link.file, ended)


def upload(request: HttpRequest, link: FileLink, rest: str) -> HttpResponse:
    command = link.commands.order_by("-pk").select_related("station").first()
    if request.method not in ("PUT", "POST") or command is None:
        return said(405, "This address is for an upload.", {"Allow": "PUT, POST"})
    if "Content-Range" in request.headers:  # RFC 9110 14.5: a part must not be kept as the whole
        return said(400, "Upload the file as a whole, without Content-Range.")
    release_connection()
    try:
        return keep(request, link, command, rest)
    except files.TooBig:
        return said(413, f"The file is larger than {settings.MAX_UPLOAD_MB} MB.")
    except files.TooMany:
        return said(409, "As many files as are allowed came to this address already.")
    except (MultiPartParserError, SuspiciousOperation) as error:
        return said(400, f"The form cannot be read: {error}")
    except OSError as error:
        logger.exception("[%s] An upload could not be stored", link.station.cp_id)
        return said(507 if error.errno in (errno.ENOSPC, errno.EDQUOT) else 500, "The file could not be stored.")


def keep(request: HttpRequest, link: FileLink, command: Command, rest: str) -> HttpResponse:
    kept = []
    for name, chunks in uploads(request, files.safe_name(rest) or name_in(request) or link.announced):
        file, new = files.keep_upload(link=link, command=command, chunks=chunks, name=name, address=peer(request))
        logger.info("[%s] Uploaded %s (%d bytes).", link.station.cp_id, file.name, file.size)
        kept.append(new)
    if not kept:
        return said(400, "There is no file in this request.")
    return said(201 if any(kept) else 200, "Stored.")


def uploads(request: HttpRequest, name: str) -> Iterator[Upload]:
    """The files of a form under their own names, or the body itself under `name`."""
    if request.content_type == "multipart/form-data":
        # Django reads no form of an unknown length; the real one is limited by the server
        request.META["CONTENT_LENGTH"] = request.META.get("CONTENT_LENGTH") or str(settings.MAX_UPLOAD_MB * 1024**2)
        _texts, parts = request.parse_file_upload(request.META, request)
        for _field, several in parts.lists():
            yield from ((part.name or name, part.chunks()) for part in several)
    elif first := request.read(CHUNK):
        yield name, body(first, request)


def body(first: bytes, request: HttpRequest) -> Iterator[bytes]:
    yield first
    while chunk := request.read(CHUNK):
        yield chunk


def name_in(request: HttpRequest) -> str:
    found = re.search(r'filename="?([^";]+)', request.headers.get("Content-Disposition", ""))
    return found[1] if found else ""


def peer(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def said(status: int, sentence: str, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8", headers=headers)
