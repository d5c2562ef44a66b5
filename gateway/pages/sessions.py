"""The session's page: what it brought, its curve, and its newest meter values."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from gateway.pages import tables
from gateway.pages.curve import curve
from gateway.pages.dashboard import Number, power
from gateway.pages.export import Exported
from ocpp_ws.models import OcppMessage
from sessions_app.admin import SessionAdmin, lasted
from sessions_app.exports import SESSIONS
from sessions_app.models import ChargingSession, MeterValue
from stations.admin.show import chip, kwh, link, listing

VALUES = 200


class SessionPage(Exported, SessionAdmin):
    export = SESSIONS
    change_form_outer_before_template = "gateway/session.html"

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        session = kwargs.get("obj")
        if session:
            context |= board(session)
            if session.status == session.Status.ACTIVE and request.user.has_perm("stations.change_chargingstation"):
                stop = reverse("admin:stations_chargingstation_command", args=[session.station_id, "stop-transaction"])
                context["stop"] = stop
        return super().render_change_form(request, context, *args, **kwargs)


def board(session: ChargingSession) -> dict[str, Any]:
    values = MeterValue.objects.filter(session=session).order_by("-sampled_at")
    return {
        "state": chip(session.status),
        "flags": [chip(str(flag), tone="orange") for flag in session.flags],
        "numbers": numbers(session),
        "facts": facts(session),
        "curve": curve(session),
        "values": tables.meter_values(values[:VALUES]),
        "all_values": listing(MeterValue, session__id__exact=session.pk),
        "its_messages": messages_of(session),
    }


def numbers(session: ChargingSession) -> list[Number]:
    soc = "-" if session.soc_percent is None else f"{session.soc_percent:.0f} %"
    return [
        Number("Energy", kwh(session.energy_wh), "", "blue"),
        Number("Duration", lasted(session), ""),
        Number("Power", power(session) or "-", ""),
        Number("State of charge", soc, ""),
    ]


def facts(session: ChargingSession) -> list[tuple[str, Any]]:
    exact = "-" if session.energy_wh is None else f"{session.energy_wh} Wh"
    stop = "-" if session.meter_stop is None else f"{session.meter_stop} Wh"
    sampled = "-" if session.last_meter_wh is None else f"{session.last_meter_wh} Wh"
    reason = session.stop_reason or ("Local" if session.stopped_at and not session.stop_inferred else "-")
    return [
        ("Station", link(session.station)),
        ("Connector", session.connector_number),
        ("Card", tables.card(session)),
        ("Energy", exact),
        ("Meter", f"{session.meter_start} Wh to {stop}"),
        ("Last sample", sampled),
        ("Started", tables.when(session.started_at)),
        ("Stopped", tables.when(session.stopped_at)),
        ("Reason", reason),
        ("Asked for by", link(session.command)),
    ]


def messages_of(session: ChargingSession) -> str:
    """The station's messages from the start's arrival to the stop's."""
    between: dict[str, str | int] = {
        "station__id__exact": session.station_id,
        "at__gte": session.start_received_at.isoformat(),
    }
    if session.stop_received_at:
        between["at__lte"] = session.stop_received_at.isoformat()
    return f"{listing(OcppMessage)}?{urlencode(between)}"
