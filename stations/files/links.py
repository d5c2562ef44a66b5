"""Addresses with a token: made for one command of one station, used without login, for a week."""

import base64
import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from stations.errors import NoAddress
from stations.models import ChargingStation, FileLink, StationFile

LIFE = timedelta(days=7)


class NoEntry(Exception):
    """The address leads nowhere; `status` is HTTP's."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def download_link(
    station: ChargingStation, file: StationFile, *, start: datetime | None = None, seed: str = ""
) -> FileLink:
    """An address from which this station can fetch the file, until a week after `start` (else after now).

    With the same `seed` it is the same address: a command that is asked for again must not become another one.
    """
    return link(station, file, start, f"{seed}:{file.pk}" if seed else "")


def upload_link(station: ChargingStation, *, seed: str = "") -> FileLink:
    """An address to which this station can bring files for a week; `seed` as above."""
    return link(station, None, None, f"{seed}:upload" if seed else "")


def link(station: ChargingStation, file: StationFile | None, start: datetime | None, seed: str) -> FileLink:
    now = timezone.now()
    expires_at = max(start or now, now) + LIFE
    made, new = FileLink.objects.get_or_create(
        token=token_of(f"{station.pk}:{seed}") if seed else secrets.token_urlsafe(24),
        defaults={"station": station, "file": file, "expires_at": expires_at},
    )
    if not new:
        FileLink.objects.filter(pk=made.pk).update(expires_at=expires_at)
    return made


def token_of(seed: str) -> str:
    """32 characters that only this gateway can make."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"file link {seed}".encode(), sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def new_request_id(seed: str = "") -> int:
    """A number for an update or a log, 1 to 2147483647; with the same `seed` the same."""
    chosen = int.from_bytes(token_of(f"request {seed}").encode()[:8], "big") if seed else secrets.randbits(64)
    return chosen % (2**31 - 1) + 1


def location(link: FileLink) -> str:
    """What the station is told. For an upload it is a folder, as core 5.9 calls it: stations append their file's name.

    Raises NoAddress.
    """
    return f"{public_url(link.station)}/files/{link.token}/{link.file.name if link.file else ''}"


def public_url(station: ChargingStation) -> str:
    """PUBLIC_URL; without it the name under which the station itself reached us last. Raises NoAddress."""
    if settings.PUBLIC_URL:
        return str(settings.PUBLIC_URL).rstrip("/")
    if not station.host:
        raise NoAddress(
            f"{station.cp_id} has not connected yet, so it is not known under which address it reaches this gateway: "
            "set PUBLIC_URL, or give an address of your own."
        )
    return f"{'https' if settings.HTTPS_ONLY else 'http'}://{station.host}"


def find(token: str) -> FileLink:
    """Raises NoEntry."""
    found = FileLink.objects.filter(token=token).select_related("station", "file").first()
    if found is None:
        raise NoEntry(404, "There is nothing at this address.")
    if found.expires_at <= timezone.now():
        raise NoEntry(410, "This address has expired. Give the command again.")
    return found


def note_request(link: FileLink, address: str) -> None:
    FileLink.objects.filter(pk=link.pk).update(
        requests=F("requests") + 1, last_at=timezone.now(), last_address=address[:60]
    )


def note_download(link: FileLink) -> None:
    FileLink.objects.filter(pk=link.pk).update(downloads=F("downloads") + 1)
