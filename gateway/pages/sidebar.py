"""What stands beside every admin page: the navigation, and which profile this is."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db.models import CharField, Count, Model, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from ocpp.v16.enums import ChargePointStatus

from gateway.models import Alert, Delivery, Subscription
from ocpp_ws.models import OcppMessage, RejectedFrame
from rfid.models import RfidCard
from sessions_app.models import ChargingSession, MeterValue, ReconciliationItem
from stations.admin.show import listing, may_view
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

Items = list[dict[str, Any]]
Counts = dict[str, int]


def environment(_request: HttpRequest) -> list[str] | None:
    """unfold's ENVIRONMENT: a badge on every page; our base template adds the banner."""
    return ["Development", "warning"] if settings.GATEWAY_PROFILE == "dev" else None


def navigation(_request: HttpRequest) -> list[dict[str, Any]]:
    """unfold's SIDEBAR navigation: groups of tables, each shown to who may look at it."""
    count = badges()
    return [
        {"items": [{"title": "Overview", "icon": "dashboard", "link": reverse_lazy("admin:index")}]},
        {"title": "Alerts", "items": alerts(count)},
        {"title": "Stations", "items": stations(count)},
        {"title": "Sessions", "items": sessions(count)},
        {"title": "Security", "items": security(count)},
        {"title": "Cards", "items": [
            item("Cards", "contactless", RfidCard), item("Unknown tags", "contact_support", UnknownTag),
        ]},
        {"title": "Log", "items": [
            item("Messages", "forum", OcppMessage),
            item("Rejected frames", "report", RejectedFrame) | badge(count, "dead letters"),
        ]},
        {"title": "Access", "items": [item("Users", "person", User), item("Groups", "group", Group)]},
        {"title": "API", "items": [{"title": "API docs", "icon": "api", "link": "/api/docs/"}]},
    ]  # fmt: skip


def stations(count: Counts) -> Items:
    return [
        item("Stations", "ev_station", ChargingStation),
        item(_("Groups"), "workspaces", StationGroup),
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


def sessions(count: Counts) -> Items:
    to_reconcile = item("Reconciliation", "rule_settings", ReconciliationItem, state="open")
    return [
        item("Sessions", "bolt", ChargingSession),
        to_reconcile | badge(count, "reconciliation"),
        item("Meter values", "speed", MeterValue),
        {
            "title": _("Reports"),
            "icon": "bar_chart",
            "link": reverse_lazy("reports"),
            "permission": may_view(ChargingSession),
        },
    ]


def security(count: Counts) -> Items:
    return [
        item("Security events", "shield", SecurityEvent) | badge(count, "security events"),
        item("Certificates", "verified_user", Certificate, state__exact=Certificate.State.INSTALLED),
        item("Signing requests", "workspace_premium", SigningRequest) | badge(count, "signing requests"),
    ]


def alerts(count: Counts) -> Items:
    return [
        item("Alerts", "notifications_active", Alert, open="yes") | badge(count, "alerts"),
        item("Subscriptions", "alternate_email", Subscription),
        item("Deliveries", "outgoing_mail", Delivery),
    ]


def badges() -> Counts:
    """What waits for somebody, in one query over partial indexes: it runs for every page."""
    waiting: dict[str, QuerySet[Any]] = {
        "alerts": Alert.objects.filter(closed_at=None),
        "faulted": Connector.objects.filter(status=ChargePointStatus.faulted),
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


def badge(count: Counts, name: str) -> dict[str, Any]:
    return {"badge": count[name], "badge_variant": "danger"} if count.get(name) else {}


def item(title: str, icon: str, model: type[Model], **filters: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": listing(model, **filters), "permission": may_view(model)}
