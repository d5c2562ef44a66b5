"""The conformance report of a station: how it differs from OCPP, and what the other stations of its model do."""

from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from gateway.pages import tables
from gateway.pages.tables import Table
from ocpp_ws.message_log import without_secrets
from ocpp_ws.models import RejectedFrame
from ocpp_ws.protocol.errors import RULES, SEMANTIC
from stations.admin.show import chip, listing, may_view, page
from stations.models import ChargingStation, Quirk
from stations.services.quirks import MOST, WORDS

FRAMES = 20  # rejected ones on the page


def conformance_view(request: HttpRequest, admin: Any, station_id: int) -> HttpResponse:
    station = get_object_or_404(ChargingStation, pk=station_id)
    context = admin.admin_site.each_context(request) | report(request, station) | {
        "title": f"Conformance: {station}", "opts": admin.opts, "original": station, "back": page(station),
    }  # fmt: skip
    return TemplateResponse(request, "gateway/conformance.html", context)


def report(request: HttpRequest, station: ChargingStation) -> dict[str, Any]:
    quirks = list(station.quirks.order_by("-count", "action", "kind"))
    return {
        "quirks": [shown(quirk) for quirk in quirks],
        "model_name": " ".join(filter(None, (station.vendor, station.model))),
        "model": of_model(station) if station.vendor or station.model else None,
        "refused": refused(station) if may_view(RejectedFrame)(request) else None,
        "all_refused": listing(RejectedFrame, station__id__exact=station.pk),
    }


def shown(quirk: Quirk) -> dict[str, Any]:
    return {
        "row": quirk,
        "what": words(quirk.kind),
        "strict": strict(quirk.kind),
        "first": tables.when(quirk.first_seen_at),
        "last": tables.when(quirk.last_seen_at),
    }


def words(kind: str) -> str:
    return WORDS.get(kind) or (RULES[kind].words if kind in RULES else kind)


def strict(kind: str) -> str:
    """What the station would get for it if it were strict; empty: the same."""
    rule = RULES.get(kind)
    return rule.code if rule and rule.refused == SEMANTIC else ""


def of_model(station: ChargingStation) -> Table:
    """The same kinds of deviations summed over all stations of this vendor and model."""
    rows = (
        Quirk.objects.filter(station__vendor=station.vendor, station__model=station.model)
        .values("action", "kind", "path")
        .annotate(stations=Count("station", distinct=True), times=Sum("count"))
        .order_by("-stations", "-times")[:MOST]
    )
    cells = [[r["action"] or "-", words(r["kind"]), r["path"] or "-", r["stations"], r["times"]] for r in rows]
    return {"headers": ["Action", "Deviation", "Where", "Stations", "Times"], "rows": cells}


def refused(station: ChargingStation) -> Table:
    rows = RejectedFrame.objects.filter(station=station).order_by("-pk")[:FRAMES]
    cells = [
        [tables.when(r.received_at), r.action or "-", chip(r.error, tone="red"), without_secrets(r.raw[:200])]
        for r in rows
    ]
    return {"headers": ["At", "Action", "Refused with", "Frame"], "rows": cells}
