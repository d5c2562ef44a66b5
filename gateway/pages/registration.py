"""The page on which an operator accepts a station, or keeps it out (core 4.2).

Own view, never the change form's POST: that one is atomic, and the process that holds the link reads the row.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from stations.admin.show import chip, page
from stations.models import ChargingStation
from stations.registration import ask_to_boot, register


@dataclass(frozen=True, slots=True)
class Choice:
    registration: str
    title: str
    meaning: str
    danger: bool = False


CHOICES = (
    Choice("Accepted", "Accept", "It may charge. What it sends is taken from now on; its next boot is told Accepted."),
    Choice(
        "Pending",
        "Set pending",
        "It may boot, can be configured, and may send what it is asked for. Everything else is refused, also the end "
        "of a running session; the frames are kept among the rejected frames. No session can be started from here.",
    ),
    Choice(
        "Rejected",
        "Reject",
        "Everything that it sends but its boot is refused, also the end of a running session; the frames are kept "
        "among the rejected frames. No command is sent to it.",
        danger=True,
    ),
)


def address(station: ChargingStation) -> str:
    return reverse("admin:stations_chargingstation_registration", args=[station.pk])


def registration_view(request: HttpRequest, admin: ModelAdmin, station_id: int) -> HttpResponse:
    """GET: what can be chosen and what it means. POST `registration`, and `boot` to have it boot now: it is so."""
    station = get_object_or_404(ChargingStation.objects.with_online(), pk=station_id)
    if not admin.has_change_permission(request, station):
        raise PermissionDenied
    if request.method != "POST":
        return show(request, admin, station)
    chosen = request.POST.get("registration", "")
    if chosen not in ChargingStation.Registration:
        return HttpResponseBadRequest("No such registration.")
    if register(station, chosen):
        admin.log_change(request, station, f"Registration set to {chosen}.")
    messages.success(request, f"{station} is {chosen}.{booting(request, station)}")
    return redirect(page(station))


def booting(request: HttpRequest, station: ChargingStation) -> str:
    if "boot" not in request.POST:
        return ""
    command = ask_to_boot(station, actor=request.user.get_username())
    return " It is asked to boot now." if command else " It was not asked to boot: it is not connected, or has booted."


def show(request: HttpRequest, admin: ModelAdmin, station: ChargingStation) -> HttpResponse:
    context = admin.admin_site.each_context(request) | {
        "title": f"Registration: {station}",
        "opts": admin.opts,
        "original": station,
        "registration": chip(station.registration),
        "choices": [choice for choice in CHOICES if choice.registration != station.registration],
        "may_boot": may_boot(station),
        "back": page(station),
    }
    return TemplateResponse(request, "gateway/registration.html", context)


def may_boot(station: ChargingStation) -> bool:
    """Connected, and told to wait at its last boot (errata 3.40)."""
    return station.online and station.boot_answer != "Accepted"
