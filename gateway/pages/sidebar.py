"""What stands beside every admin page: the navigation, and which profile this is."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse_lazy

from ocpp_ws.models import OcppMessage
from rfid.models import RfidCard
from sessions_app.models import ChargingSession, MeterValue
from stations.admin.show import listing
from stations.models import ChargingStation, Command, Connector, Quirk, Reservation


def environment(_request: HttpRequest) -> list[str] | None:
    """unfold's ENVIRONMENT: a badge on every page; our base template adds the banner."""
    return ["Development", "warning"] if settings.GATEWAY_PROFILE == "dev" else None


def navigation(_request: HttpRequest) -> list[dict[str, Any]]:
    """unfold's SIDEBAR navigation: groups of tables, each shown to who may look at it."""
    faulted = Connector.objects.filter(status="Faulted").count()
    connectors = item("Connectors", "power", Connector)
    if faulted:
        connectors |= {"badge": faulted, "badge_variant": "danger"}
    stations = [
        item("Stations", "ev_station", ChargingStation),
        connectors,
        item("Reservations", "event_seat", Reservation),
        item("Commands", "terminal", Command),
        item("Quirks", "rule", Quirk),
    ]
    sessions = [item("Sessions", "bolt", ChargingSession), item("Meter values", "speed", MeterValue)]
    return [
        {"items": [{"title": "Overview", "icon": "dashboard", "link": reverse_lazy("admin:index")}]},
        {"title": "Stations", "items": stations},
        {"title": "Sessions", "items": sessions},
        {"title": "Cards", "items": [item("Cards", "contactless", RfidCard)]},
        {"title": "Log", "items": [item("Messages", "forum", OcppMessage)]},
        {"title": "Access", "items": [item("Users", "person", User), item("Groups", "group", Group)]},
        {"title": "API", "items": [{"title": "API docs", "icon": "api", "link": "/api/docs/"}]},
    ]


def item(title: str, icon: str, model: type[Model]) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": listing(model), "permission": may_view(model)}


def may_view(model: type[Model]) -> Callable[[HttpRequest], bool]:
    app, name = model._meta.app_label, model._meta.model_name
    return lambda request: any(request.user.has_perm(f"{app}.{verb}_{name}") for verb in ("view", "change"))
