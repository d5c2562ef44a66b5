"""What is measured: every list of the API and of the admin, plain and as people use it."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from bench.database import Size

# of the API: each route plain, with typical filters, and in another order
API = [
    "/api/stations",
    "/api/stations?online=true&ordering=-lastSeenAt",
    "/api/stations?search=station",
    "/api/stations/connected/list",
    "/api/sessions",
    "/api/sessions?status=completed",
    "/api/sessions?status=active&ordering=startedAt",
    "/api/sessions?cpId=CP_0007",
    "/api/sessions?cpId=CP_0007&status=interrupted",
    "/api/sessions?idTag=TAG0000011",
    "/api/sessions?search=TAG0000011",
    "/api/sessions?ordering=-startedAt",
    "/api/sessions/station/CP_0007",
    "/api/rfid",
    "/api/rfid?status=Blocked&ordering=-createdAt",
    "/api/rfid?search=holder",
    "/api/commands",
    "/api/commands?cpId=CP_0007&state=answered",
    "/api/reservations",
    "/api/reservations?status=Used&ordering=-expiryDate",
    "/api/meter-values",
    "/api/meter-values?cpId=CP_0007",
    "/api/meter-values?sessionId=77",
    "/api/meter-values?measurand=SoC",
    "/api/meter-values?cpId=CP_0007&measurand=SoC",
    "/api/status-changes",
    "/api/status-changes?cpId=CP_0007",
    "/api/status-changes?cpId=CP_0007&connectorId=2&status=Faulted",
    "/api/status-changes?status=Faulted",
    "/api/messages",
    "/api/messages?cpId=CP_0007",
    "/api/messages?action=StartTransaction",
]


def api(size: Size) -> list[str]:
    """Each list route, also for a period and far down its pages."""
    month = {"startedAfter": days_ago(40), "startedBefore": days_ago(10)}
    deep = [
        f"/api/stations?page={page(size.stations)}",
        f"/api/sessions?{urlencode(month)}",
        f"/api/sessions?page={page(size.sessions, 200)}",
        f"/api/sessions?page={page(size.sessions)}",
        f"/api/sessions/station/CP_0007?status=completed&page={page(size.sessions // size.stations // 2)}",
        f"/api/rfid?page={page(size.cards)}",
        f"/api/commands?createdAfter={days_ago(10)}",
        f"/api/commands?page={page(size.commands, 200)}",
        f"/api/reservations?page={page(size.reservations)}",
        f"/api/meter-values?cursor={cursor(size.meter_values // 2)}",
        f"/api/status-changes?cursor={cursor(size.status_changes // 2)}",
        f"/api/status-changes?after={days_ago(40)}&before={days_ago(10)}&status=Faulted",
        f"/api/messages?cursor={cursor(size.messages // 2)}",
    ]
    return sorted([*API, *deep])


# of admin pages: what operators click; a model that is not here is measured plain
ADMIN = {
    "stations/chargingstation": ["online=yes", "q=CP_0007"],
    "sessions_app/chargingsession": [
        "status__exact=completed", "q=TAG0000011", "q=CP_0007", "station__id__exact=7", "p=200",
    ],
    "sessions_app/metervalue": ["station__id__exact=7", "q=77", "measurand=SoC", "p=200"],
    "stations/connectorstatuschange": ["station__id__exact=7", "status=Faulted", "q=CP_0007", "p=200"],
    "ocpp_ws/ocppmessage": [
        "station__id__exact=7", "action=StartTransaction", "q=CP_0007", "outcome=error", "outcome=Rejected",
        "session=77", "at_from_0=2026-01-01&at_from_1=14:05", "p=200",
    ],
    "stations/command": ["station__id__exact=7", "q=CP_0007"],
    "rfid/rfidcard": ["status__exact=Blocked", "q=holder", "p=4"],
}  # fmt: skip


REPORTS = ["", "?by=station", "?by=card"]  # of the last 30 days


def admin() -> list[str]:
    """The home page, a station, what both ask every second, the reports and every changelist that is registered."""
    from django.contrib import admin as registered

    models = sorted(f"{model._meta.app_label}/{model._meta.model_name}" for model in registered.site._registry)
    lists = [f"/admin/{name}/{query}" for name in models for query in ["", *(f"?{one}" for one in ADMIN.get(name, []))]]
    reports = [f"/admin/reports/{query}" for query in REPORTS]
    return ["/admin/", "/admin/board/", "/admin/?state=Charging&q=station", *reports, *lists, *pages()]


def pages() -> list[str]:
    """Of a station, a session and a card, and the looks for what is new that an open page repeats."""
    from ocpp_ws.models import OcppMessage
    from sessions_app.models import ChargingSession

    newest = OcppMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    session = ChargingSession.objects.order_by("-pk").values_list("pk", flat=True).first()
    tail = f"/admin/ocpp_ws/ocppmessage/tail/?cursor={max(0, newest - 1000)}.{newest}.0"
    return [
        "/admin/stations/chargingstation/7/change/",
        "/admin/stations/chargingstation/7/live/",
        "/admin/stations/chargingstation/7/configuration/",
        f"/admin/sessions_app/chargingsession/{session}/change/",
        f"/admin/sessions_app/chargingsession/{session}/live/",
        "/admin/rfid/rfidcard/1/change/",
        tail,
        f"{tail}&station__id__exact=7",
        f"{tail}&outcome=Rejected",
        f"{tail}&session={session}",
    ]


def page(rows: int, largest: int = 20_000) -> int:
    """The last page of 50, or one that is far enough."""
    return max(1, min(rows // 50, largest))


def cursor(position: int) -> str:
    """Where an API client is that has paged down to this id."""
    return b64encode(urlencode({"p": position}).encode()).decode().replace("=", "%3D")


def days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
