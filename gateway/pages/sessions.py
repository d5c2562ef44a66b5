"""The session's page: what it brought, its curve, its newest meter values and its messages."""

import time
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode

from gateway.pages import tables
from gateway.pages.board import Number, power
from gateway.pages.commanding import command_address
from gateway.pages.curve import curve
from gateway.pages.export import Exported
from gateway.pages.tail import tail
from ocpp_ws.message_log import of_session
from ocpp_ws.models import OcppMessage
from rfid.models import RfidCard
from sessions_app.admin import SessionAdmin, lasted, whole_number
from sessions_app.exports import SESSIONS
from sessions_app.models import ChargingSession, MeterValue
from stations.admin.show import chip, kwh, link, listing, may_view
from stations.commands import MAY_COMMAND
from stations.models import ConnectorStatusChange

ACTIVE = ChargingSession.Status.ACTIVE
LIVE = "admin:sessions_app_chargingsession_live"
VALUES = 60
MESSAGES = 50


class SessionPage(Exported, SessionAdmin):
    export = SESSIONS
    change_form_outer_before_template = "gateway/session.html"

    def get_urls(self) -> list[URLPattern]:
        live = self.admin_site.admin_view(self.live)
        return [path("<int:pk>/live/", live, name="sessions_app_chargingsession_live"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        told = {"newest": newest(whole_number(object_id))} | (extra_context or {})
        return super().change_view(request, object_id, form_url, told)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if session := kwargs.get("obj"):
            context |= board(session, request, context["newest"])
            if may_view(OcppMessage)(request):
                rows, active = OcppMessage.objects.filter(of_session(session)), session.status == ACTIVE
                context["tail"] = tail(rows, most=MESSAGES, live=active, session=session.pk)
        return super().render_change_form(request, context, *args, **kwargs)

    def live(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What changes while it is active; 204 as long as nothing is new since `state`."""
        before = newest(pk)
        session = get_object_or_404(ChargingSession.objects.select_related("station", "card", "command"), pk=pk)
        if not self.has_view_permission(request, session):
            raise PermissionDenied
        if request.GET.get("state") == state(session, before):
            return HttpResponse(status=204)
        shown = board(session, request, before) | {"original": session}
        return TemplateResponse(request, "gateway/session_live.html", shown)


def board(session: ChargingSession, request: HttpRequest, before: str) -> dict[str, Any]:
    """`before`: what was `newest` before the session was read."""
    values = MeterValue.objects.filter(session=session).order_by("-sampled_at")
    shown: dict[str, Any] = {
        "state": chip(session.status),
        "flags": [chip(str(flag), tone="orange") for flag in session.flags],
        "numbers": numbers(session),
        "facts": facts(session, cards=may_view(RfidCard)(request)),
    }
    if may_view(MeterValue)(request):
        shown |= {
            "curve": curve(session),
            "values": tables.meter_values(values[:VALUES]),
            "all_values": listing(MeterValue, session__id__exact=session.pk),
        }
    if session.status == ACTIVE:
        shown["next"] = f"{reverse(LIVE, args=[session.pk])}?{urlencode({'state': state(session, before)})}"
        if request.user.has_perm(MAY_COMMAND):
            shown["stop"] = command_address(session.station_id, "stop-transaction")
    return shown


def newest(pk: int) -> str:
    """The newest value of a session and the newest status of its station. It is asked for before the session is read:
    what comes in between is shown already, and shown again; the other way round nobody would ever see it."""
    sampled = MeterValue.objects.filter(session=pk).order_by("-sampled_at").values_list("sampled_at", flat=True)
    station = ChargingSession.objects.filter(pk=pk).values("station")[:1]
    changed = ConnectorStatusChange.objects.filter(station=station).order_by("-pk").values_list("pk", flat=True)
    return f"{sampled.first()} {changed.first()}"


def state(session: ChargingSession, before: str) -> str:
    """Another one as soon as there is something new to show; what lasts is told anew twice a minute."""
    return f"{session.status} {int(time.time() // 30)} {session.last_meter_at} {before}"


def numbers(session: ChargingSession) -> list[Number]:
    soc = "-" if session.soc_percent is None else f"{session.soc_percent:.0f} %"
    return [
        Number("Energy", kwh(session.energy_wh), "", "blue"),
        Number("Duration", lasted(session), ""),
        Number("Power", power(session) or "-", ""),
        Number("State of charge", soc, ""),
    ]


def facts(session: ChargingSession, *, cards: bool) -> list[tuple[str, Any]]:
    exact = "-" if session.energy_wh is None else f"{session.energy_wh} Wh"
    stop = "-" if session.meter_stop is None else f"{session.meter_stop} Wh"
    sampled = "-" if session.last_meter_wh is None else f"{session.last_meter_wh} Wh"
    reason = session.stop_reason or ("Local" if session.stopped_at and not session.stop_inferred else "-")
    return [
        ("Station", link(session.station)),
        ("Connector", session.connector_number),
        ("Card", tables.card(session, linked=cards)),
        ("Energy", exact),
        ("Meter", f"{session.meter_start} Wh to {stop}"),
        ("Last sample", sampled),
        ("Started", tables.when(session.started_at)),
        ("Stopped", tables.when(session.stopped_at)),
        ("Reason", reason),
        ("Authorization", chip(session.authorization)),
        ("Asked for by", link(session.command) if session.command else "the station itself"),
    ]
