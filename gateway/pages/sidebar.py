"""What stands beside every admin page: the navigation, and which profile this is."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db.models import CharField, Count, Model, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext

from ocpp_ws.models import OcppMessage, RejectedFrame
from rfid.models import RfidCard
from sessions_app.models import ChargingSession, MeterValue, ReconciliationItem
from stations.admin.show import listing
from stations.models import (
    BulkCommand,
    Certificate,
    ChargingProfile,
    ChargingStation,
    Command,
    ConfigurationKey,
    ConfigurationTemplate,
    Connector,
    ConnectorStatusChange,
    InstalledProfile,
    LocalList,
    ProgressReport,
    Quirk,
    Reservation,
    SecurityEvent,
    SigningRequest,
    StationFile,
    StationGroup,
    UnknownStation,
    UnknownTag,
)


def environment(_request: HttpRequest) -> list[str] | None:
    """unfold's ENVIRONMENT: a badge on every page; our base template adds the banner."""
    return ["Development", "warning"] if settings.GATEWAY_PROFILE == "dev" else None


def navigation(_request: HttpRequest) -> list[dict[str, Any]]:
    """unfold's SIDEBAR navigation: groups of tables, each shown to who may look at it."""
    count = badges()
    stations = [
        item("Stations", "ev_station", ChargingStation),
        item("Unknown stations", "help", UnknownStation) | badge(count, "unknown stations"),
        item("Connectors", "power", Connector) | badge(count, "faulted"),
        item("Status changes", "timeline", ConnectorStatusChange),
        item("Reservations", "event_seat", Reservation),
        item("Charging profiles", "stacked_line_chart", ChargingProfile),
        item("Installed profiles", "layers", InstalledProfile),
        item("Commands", "terminal", Command),
        item("Bulk commands", "dynamic_feed", BulkCommand),
        item("Configuration", "tune", ConfigurationKey),
        item("Configuration templates", "checklist", ConfigurationTemplate),
        item("Local lists", "playlist_add_check", LocalList),
        item("Files", "folder_open", StationFile),
        item("Progress", "downloading", ProgressReport),
        item("Quirks", "rule", Quirk),
    ]
    stations.insert(1, item(gettext("Groups"), "workspaces", StationGroup))
    to_reconcile = item("Reconciliation", "rule_settings", ReconciliationItem) | badge(count, "reconciliation")
    to_reconcile["link"] = listing(ReconciliationItem, state="open")
    sessions = [
        item("Sessions", "bolt", ChargingSession),
        to_reconcile,
        item("Meter values", "speed", MeterValue),
    ]
    certificates = item("Certificates", "verified_user", Certificate)
    certificates["link"] = listing(Certificate, state__exact=Certificate.State.INSTALLED)
    security = [
        item("Security events", "shield", SecurityEvent) | badge(count, "security events"),
        certificates,
        item("Signing requests", "workspace_premium", SigningRequest) | badge(count, "signing requests"),
    ]
    cards = [item("Cards", "contactless", RfidCard), item("Unknown tags", "contact_support", UnknownTag)]
    log = [
        item("Messages", "forum", OcppMessage),
        item("Rejected frames", "report", RejectedFrame) | badge(count, "dead letters"),
    ]
    return [
        {"items": [{"title": "Overview", "icon": "dashboard", "link": reverse_lazy("admin:index")}]},
        {"title": "Stations", "items": stations},
        {"title": "Sessions", "items": sessions},
        {"title": "Security", "items": security},
        {"title": "Cards", "items": cards},
        {"title": "Log", "items": log},
        {"title": "Access", "items": [item("Users", "person", User), item("Groups", "group", Group)]},
        {"title": "API", "items": [{"title": "API docs", "icon": "api", "link": "/api/docs/"}]},
    ]


def badges() -> dict[str, int]:
    """What waits for somebody, in one query over partial indexes: it runs for every page."""
    waiting: dict[str, QuerySet[Any]] = {
        "faulted": Connector.objects.filter(status="Faulted"),
        "unknown stations": UnknownStation.objects.waiting(),
        "reconciliation": ReconciliationItem.objects.filter(resolved_at=None),
        "security events": SecurityEvent.objects.filter(critical=True, seen_at=None),
        "signing requests": SigningRequest.objects.filter(state=SigningRequest.State.PENDING),
        "dead letters": RejectedFrame.objects.filter(kind=RejectedFrame.Kind.DEAD_LETTER, repaired_at=None),
    }
    of = [
        rows.order_by().annotate(of=Value(name, CharField())).values_list("of").annotate(Count("pk"))
        for name, rows in waiting.items()
    ]
    return dict(of[0].union(*of[1:], all=True))


def badge(count: dict[str, int], name: str) -> dict[str, Any]:
    return {"badge": count[name], "badge_variant": "danger"} if count.get(name) else {}


def item(title: str, icon: str, model: type[Model]) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": listing(model), "permission": may_view(model)}


def may_view(model: type[Model]) -> Callable[[HttpRequest], bool]:
    app, name = model._meta.app_label, model._meta.model_name
    return lambda request: any(request.user.has_perm(f"{app}.{verb}_{name}") for verb in ("view", "change"))
