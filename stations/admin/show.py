"""How the admin shows things: a state is always a word and a colour, an id always a link."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# The tones are classes of gateway/static/gateway/admin.css; a word that is not here (a station may send any) is grey.
TONES = {
    # connectors
    "Available": "green", "Preparing": "yellow", "Charging": "blue", "SuspendedEV": "violet",
    "SuspendedEVSE": "violet", "Finishing": "teal", "Reserved": "orange", "Unavailable": "grey", "Faulted": "red",
    # stations, sessions, reservations
    "online": "green", "Online": "green", "offline": "grey", "Offline": "grey", "Pending": "yellow",
    "active": "blue", "completed": "green", "interrupted": "orange", "Active": "orange", "Used": "green",
    # commands
    "queued": "yellow", "sent": "blue", "answered": "green", "call_error": "red", "invalid_response": "red",
    "timeout": "orange", "unknown": "orange",
    # what stations answer
    "Accepted": "green", "Rejected": "red", "RebootRequired": "yellow", "Scheduled": "yellow", "NotSupported": "red",
    "Unlocked": "green", "UnlockFailed": "red", "Occupied": "orange", "Invalid": "red", "Blocked": "red",
    "Expired": "orange", "ConcurrentTx": "orange",
    # firmware, diagnostics, logs
    "AcceptedCanceled": "green", "InvalidCertificate": "red", "RevokedCertificate": "red",
    "DownloadScheduled": "yellow", "DownloadPaused": "yellow", "Downloading": "blue", "Downloaded": "teal",
    "SignatureVerified": "teal", "InstallScheduled": "yellow", "InstallRebooting": "yellow", "Installing": "blue",
    "Installed": "green", "DownloadFailed": "red", "InstallationFailed": "red", "InstallVerificationFailed": "red",
    "InvalidSignature": "red", "Uploading": "blue", "Uploaded": "green", "UploadFailed": "red", "UploadFailure": "red",
    "BadMessage": "red", "NotSupportedOperation": "red", "PermissionDenied": "red",
}  # fmt: skip


def chip(word: str, *, tone: str = "", title: str = "", dashed: bool = False) -> SafeString:
    """A state as a coloured label; dashed where it is only the last one known of an offline station."""
    look = f"chip-{tone or TONES.get(word, 'grey')}{' chip-dashed' if dashed else ''}"
    return format_html('<span class="chip {}" title="{}">{}</span>', look, title, word)


def may_view(model: type[Model]) -> Callable[[HttpRequest], bool]:
    """Whether who asks may see rows of it: Django lets also those look who may change them."""
    app, name = model._meta.app_label, model._meta.model_name
    return lambda request: any(request.user.has_perm(f"{app}.{verb}_{name}") for verb in ("view", "change"))


def page(row: Model) -> str:
    """The address of a row's own page."""
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


def listing(model: type[Model], **lookups: Any) -> str:
    """The address of a table's list, filtered by `lookups` (`station__id__exact=5`)."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode(lookups)}" if lookups else address


def link(row: Model | None, text: Any = None) -> SafeString | str:
    if row is None:
        return "-"
    return format_html('<a class="text-link" href="{}">{}</a>', page(row), row if text is None else text)


def post_button(place: str, words: str, **named: str) -> SafeString:
    """A button in a row of a list that posts: it lies in the list's own form, whose token it takes along."""
    values = format_html_join(" ", 'name="{}" value="{}"', named.items())
    button = '<button class="command" type="submit" formaction="{}" formmethod="post" {}>{}</button>'
    return format_html(button, place, values, words)


def kwh(watt_hours: float | None) -> str:
    """Energy for reading; the exact Wh stand on the session's own page."""
    return "-" if watt_hours is None else f"{watt_hours / 1000:.2f} kWh"


def after(milliseconds: int | None) -> str:
    return "-" if milliseconds is None else f"{milliseconds} ms"


def left(until: datetime, now: datetime) -> str:
    """The time that is left of something: `12 min 05 s`."""
    return span(now, until) if until > now else "-"


def span(start: datetime, end: datetime) -> str:
    """How long, in the two largest units: `2 h 05 min`."""
    seconds = max(0, int((end - start) / timedelta(seconds=1)))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02} s"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02} min"
    return f"{seconds // 86400} d {seconds % 86400 // 3600:02} h"


def in_minutes(minutes: int) -> str:
    """A time that goes on, for pages that show each change: `2 h 05 min`."""
    if minutes < 60:
        return f"{minutes} min"
    return span(datetime.min, datetime.min + timedelta(minutes=minutes))
