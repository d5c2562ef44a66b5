"""Commanding a station from the admin: form, where needed a confirmation, then the command's own page.

Own views, never the change form's POST: that one is atomic, and a command's row is committed on its own.
"""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from gateway.pages.forms import FORMS, GROUPS, CommandForm
from gateway.pages.live import in_dialog
from stations.admin.show import page
from stations.errors import CommandRefused, StationOffline
from stations.models import ChargingStation, Command

OFFLINE = gettext_lazy("The station is not connected.")


def command_view(request: HttpRequest, admin: ModelAdmin, station_id: int, name: str) -> HttpResponse:
    """GET: the form. POST: the command is given, and the browser goes to its page, which shows what came of it."""
    station = get_object_or_404(ChargingStation.objects.with_online(), pk=station_id)
    if name not in FORMS:
        raise Http404
    if not request.user.has_perm(FORMS[name].permission):
        raise PermissionDenied
    sent = request.POST if request.method == "POST" else None  # an empty POST is a form with nothing chosen
    form = FORMS[name](station, sent, initial=request.GET.dict())
    if sent is None or not form.is_valid():
        return show(request, admin, form, "gateway/command_form.html")
    if form.risk() and "confirmed" not in request.POST:
        return show(request, admin, form, "gateway/command_confirm.html", risk=form.risk())
    if command := give(form, request.user.get_username()):
        return redirect(page(command))
    return show(request, admin, form, "gateway/command_form.html")


def give(form: CommandForm, actor: str) -> Command | None:
    """The command as it ended; None where none was given: the form then says why."""
    try:
        return form.send(actor)
    except StationOffline as error:
        return error.command
    except CommandRefused as error:
        form.add_error(None, str(error))
        return None


def show(request: HttpRequest, admin: ModelAdmin, form: CommandForm, template: str, **more: Any) -> HttpResponse:
    context = admin.admin_site.each_context(request) | {
        "title": f"{form.title}: {form.station}",
        "opts": admin.opts,
        "original": form.station,
        "form": form,
        "offline": "" if form.station.online else OFFLINE,
        "back": page(form.station),
        "remedy": remedy(request, form),
        "dialog": in_dialog(request),
        "base": "gateway/bare.html" if in_dialog(request) else "admin/base_site.html",
    }
    return TemplateResponse(request, template, context | more)


def remedy(request: HttpRequest, form: CommandForm) -> dict[str, str]:
    """Where to make what a form has nothing of to choose from, for who may; else nothing."""
    if form.needs is None or not form.missing():
        return {}
    meta = form.needs._meta
    if not request.user.has_perm(f"{meta.app_label}.add_{meta.model_name}"):
        return {}
    return {"title": f"Add {meta.verbose_name}", "link": reverse(f"admin:{meta.app_label}_{meta.model_name}_add")}


def buttons(station: ChargingStation, user: Any) -> list[dict[str, Any]]:
    """The commands that a user may give, in groups: the first has no title and is always in sight."""
    groups = [
        {
            "title": title,
            "buttons": [button(station, name, form) for name, form in group.items() if user.has_perm(form.permission)],
        }
        for title, group in GROUPS.items()
    ]
    return [group for group in groups if group["buttons"]]


def button(station: ChargingStation, name: str, form: type[CommandForm]) -> dict[str, str]:
    return {"name": name, "title": form.title, "icon": form.icon, "link": command_address(station.pk, name)}


def command_address(station: int, name: str, **filled: Any) -> str:
    """Of the form of a command to the station with that key, with some of it filled in."""
    address = reverse("admin:stations_chargingstation_command", args=[station, name])
    return f"{address}?{urlencode(filled)}" if filled else address
