"""A station's configuration as a table in which values are changed (core 5.3, 5.8).

Own views, never a change form's POST: that one is atomic, and a command's row is committed on its own.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gateway.pages.commanding import OFFLINE, command_address, give
from gateway.pages.forms import FORMS
from gateway.pages.tables import when
from stations.admin.commands import outcome
from stations.admin.show import after, listing, may_view, page
from stations.commands import MAY_COMMAND
from stations.models import ChargingStation, Command, ConfigurationKey, ConfigurationTemplate
from stations.secrets import SECRET_NAME

READ, CHANGE = FORMS["get-configuration"], FORMS["change-configuration"]
KEY = "AuthorizationKey"  # no station tells it, and each has one (white paper A01)


@dataclass(frozen=True, slots=True)
class Row:
    """`value` None: the key is not set; `pending`: what holds from the next boot on; `error`: why nothing was sent."""

    key: str
    value: str | None = None
    pending: str | None = None
    readonly: bool = False
    told: str = ""
    answer: Any = ""
    latency: str = ""
    command: str = ""
    error: str = ""
    typed: str | None = None  # what was not sent

    @property
    def secret(self) -> bool:
        """It is written and never shown."""
        return bool(SECRET_NAME.search(self.key))

    @property
    def slot(self) -> str:
        """Names its place on the page: keys are compared without case, and may have any characters."""
        return blake2b(self.key.lower().encode(), digest_size=8).hexdigest()


def address(station: ChargingStation) -> str:
    return reverse("admin:stations_chargingstation_configuration", args=[station.pk])


def configuration_view(request: HttpRequest, admin: ModelAdmin, station_id: int) -> HttpResponse:
    """GET: what the station told last. POST: it is asked for everything."""
    station = station_of(request, station_id)
    if request.method == "POST":
        return read(request, station)
    rows = [row_of(key) for key in ConfigurationKey.objects.filter(station=station).order_by("key")]
    if not any(row.key.lower() == KEY.lower() for row in rows):
        rows.append(Row(KEY))
    context = admin.admin_site.each_context(request) | basics(request, station) | {
        "title": _("Configuration: %(station)s") % {"station": station},
        "opts": admin.opts,
        "original": station,
        "rows": rows,
        "pending": [row.key for row in rows if row.pending is not None],
        "links": links(request, station),
    }  # fmt: skip
    return TemplateResponse(request, "gateway/configuration.html", context)


def basics(request: HttpRequest, station: ChargingStation) -> dict[str, Any]:
    """What a row needs beside itself."""
    return {
        "offline": "" if station.online else OFFLINE,
        "may_read": request.user.has_perm(READ.permission),
        "change": reverse("admin:stations_chargingstation_configure", args=[station.pk])
        if request.user.has_perm(CHANGE.permission)
        else "",
    }


def links(request: HttpRequest, station: ChargingStation) -> dict[str, str]:
    found = {"station": page(station)}
    if request.user.has_perm(MAY_COMMAND):
        found["reset"] = command_address(station.pk, "reset")
    if request.user.has_perm(FORMS["apply-template"].permission):
        found["apply"] = command_address(station.pk, "apply-template")
    if request.user.has_perm("stations.add_configurationtemplate"):
        found["template"] = f"{listing(ConfigurationTemplate)}add/?station={station.pk}"
    return found


def read(request: HttpRequest, station: ChargingStation) -> HttpResponse:
    if not request.user.has_perm(READ.permission):
        raise PermissionDenied
    form = READ(station, {"key": ""})
    command = give(form, request.user.get_username()) if form.is_valid() else None
    if command and command.state == Command.State.ANSWERED:
        text = _("The station told its configuration after %(time)s.") % {"time": after(command.latency_ms)}
        messages.success(request, text)
    else:
        why = command.reason or command.get_state_display() if command else " ".join(map(str, form.non_field_errors()))
        messages.error(request, _("The configuration could not be read: %(why)s") % {"why": why})
    return redirect(address(station))


@require_POST
def configure_view(request: HttpRequest, station_id: int) -> HttpResponse:
    """One key is set; the answer is its row, with what the station said."""
    station = station_of(request, station_id)
    if not request.user.has_perm(CHANGE.permission):
        raise PermissionDenied
    form = CHANGE(station, request.POST)
    key = key_of(form)
    shown = key.lower() == KEY.lower() or told_of(station, key) is not None  # a new one has its row after the answer
    command = give(form, request.user.get_username()) if form.is_valid() else None
    row = answered(station, form, command)
    in_place = {"HX-Retarget": f"#setting-{row.slot}", "HX-Reswap": "outerHTML"} if shown else {}
    context = basics(request, station) | {"row": row}
    return TemplateResponse(request, "gateway/configuration_row.html", context, headers=in_place)


def key_of(form: Any) -> str:
    return str(form.data.get("key", "")).strip()[:50]


def told_of(station: ChargingStation, key: str) -> ConfigurationKey | None:
    return ConfigurationKey.objects.filter(station=station, key__iexact=key).first()


def answered(station: ChargingStation, form: Any, command: Command | None) -> Row:
    key = key_of(form)
    known = told_of(station, key)
    if command:
        told: dict[str, Any] = {"answer": outcome(command), "command": page(command)}
        told["latency"] = after(command.latency_ms)
    else:
        reasons = [str(reason) for reasons in form.errors.values() for reason in reasons]
        told = {"error": " ".join(reasons), "typed": form.data.get("value", "")}
    return row_of(known, **told) if known else Row(key, **told)


def row_of(known: ConfigurationKey, **told: Any) -> Row:
    return Row(known.key, known.value, known.pending, known.readonly, when(known.told_at), **told)


def station_of(request: HttpRequest, station_id: int) -> ChargingStation:
    if not may_view(ConfigurationKey)(request):
        raise PermissionDenied
    return get_object_or_404(ChargingStation.objects.with_online(), pk=station_id)
