"""The bytes on disk, each file under a random name, and the rows that say what they are."""

import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from stations.files.names import safe_name
from stations.models import Command, FileLink, StationFile

logger = logging.getLogger(__name__)
MOST_UPLOADS = 10  # under one address
Kind = StationFile.Kind


class TooBig(Exception):
    """More than MAX_UPLOAD_MB."""


class TooMany(Exception):
    """As many files as MOST_UPLOADS came to this address already."""


@dataclass(frozen=True, slots=True)
class Stored:
    name: str
    size: int
    sha256: str


def keep_firmware(*, chunks: Iterable[bytes], name: str, actor: str, **about: Any) -> StationFile:
    """Store an image for stations; `about` are the columns of StationFile that tell of firmware. Raises TooBig."""
    return insert(write(chunks), kind=Kind.FIRMWARE, name=safe_name(name) or "firmware", created_by=actor, **about)


def keep_upload(
    *, link: FileLink, command: Command, chunks: Iterable[bytes], name: str, address: str
) -> tuple[StationFile, bool]:
    """Store what a station brought, and whether it is new: the same file again is kept once. Raises TooBig, TooMany."""
    link_rows = FileLink.objects.filter(pk=link.pk)
    if not link_rows.filter(uploads__lt=MOST_UPLOADS).update(uploads=F("uploads") + 1):
        raise TooMany
    new = False
    try:
        file, new = keep_once(write(chunks), command, safe_name(name) or "upload", address)
    finally:
        if not new:
            link_rows.update(uploads=F("uploads") - 1)
    return file, new


def keep_once(stored: Stored, command: Command, name: str, address: str) -> tuple[StationFile, bool]:
    same = StationFile.objects.filter(command=command, name=name, sha256=stored.sha256)
    try:
        row = {"kind": kind_of(command), "name": name, "created_by": address[:150], "command": command}
        return insert(stored, station_id=command.station_id, **row), True
    except IntegrityError:  # the station did not see the answer to the first time
        return same.get(), False


def kind_of(command: Command) -> Kind:
    return Kind.SECURITY_LOG if command.payload.get("logType") == "SecurityLog" else Kind.DIAGNOSTICS


def insert(stored: Stored, **columns: Any) -> StationFile:
    try:
        with transaction.atomic():
            return StationFile.objects.create(stored_as=stored.name, size=stored.size, sha256=stored.sha256, **columns)
    except BaseException:
        (folder() / stored.name).unlink(missing_ok=True)
        raise


def write(chunks: Iterable[bytes]) -> Stored:
    """To disk, safely there when this returns; what breaks off on its way is not kept. Raises TooBig, OSError."""
    name, size, digest = uuid4().hex, 0, sha256()
    part = folder() / f"{name}.part"
    try:
        with part.open("xb") as out:
            for chunk in chunks:
                size += len(chunk)
                if size > settings.MAX_UPLOAD_MB * 1024 * 1024:
                    raise TooBig
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        part.rename(folder() / name)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Stored(name, size, digest.hexdigest())


def folder() -> Path:
    place = Path(settings.FILES_FOLDER)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def path_of(file: StationFile) -> Path:
    return folder() / file.stored_as


def remove(file: StationFile) -> None:
    """The row first: a crash in between leaves bytes without a row, never a row without bytes."""
    path = path_of(file)
    file.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    logger.info("Deleted %s (%s, %d bytes).", file.name, file.kind, file.size)
