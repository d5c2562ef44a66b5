"""Every HTTP address of the gateway; the one list of the resources under /api/."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.routers import SimpleRouter

from gateway.api.alerts import AlertViewSet
from gateway.api.events import EventsView
from gateway.api.outside import nothing, station_path
from gateway.api.reference import ReferenceView
from gateway.api.root import ApiRoot, NoSuchResource
from gateway.health import healthz, readyz
from gateway.pages.dashboard import board_view
from gateway.pages.live import login
from gateway.pages.reports import reports
from ocpp_ws.api import MessageViewSet
from rfid.api.cards import CardViewSet
from sessions_app.api.meter_values import MeterValueViewSet
from sessions_app.api.sessions import SessionViewSet
from stations.api.bulk import BulkViewSet
from stations.api.certificates import CertificateViewSet, SigningRequestViewSet
from stations.api.charging_profiles import InstalledProfileViewSet, ProfileViewSet
from stations.api.commands import CommandViewSet
from stations.api.files import FileViewSet
from stations.api.remote import RemoteControlViewSet
from stations.api.reservations import ReservationViewSet
from stations.api.security_events import SecurityEventViewSet
from stations.api.stations import StationViewSet
from stations.api.status_changes import StatusChangeViewSet
from stations.api.templates import TemplateViewSet
from stations.api.unknown import UnknownStationViewSet, UnknownTagViewSet

router = SimpleRouter()
router.trailing_slash = "/?"  # after construction: SimpleRouter knows true and false only
router.register("stations", StationViewSet, "station")
router.register("sessions", SessionViewSet, "session")
router.register("rfid", CardViewSet, "card")
router.register("admin", RemoteControlViewSet, "remote")
router.register("bulk-commands", BulkViewSet, "bulk-command")
router.register("commands", CommandViewSet, "command")
router.register("status-changes", StatusChangeViewSet, "status-change")
router.register("reservations", ReservationViewSet, "reservation")
router.register("charging-profiles", ProfileViewSet, "charging-profile")
router.register("installed-profiles", InstalledProfileViewSet, "installed-profile")
router.register("unknown-stations", UnknownStationViewSet, "unknown-station")
router.register("unknown-tags", UnknownTagViewSet, "unknown-tag")
router.register("files", FileViewSet, "file")
router.register("meter-values", MeterValueViewSet, "meter-value")
router.register("messages", MessageViewSet, "message")
router.register("configuration-templates", TemplateViewSet, "configuration-template")
router.register("certificates", CertificateViewSet, "certificate")
router.register("signing-requests", SigningRequestViewSet, "signing-request")
router.register("security-events", SecurityEventViewSet, "security-event")
router.register("alerts", AlertViewSet, "alert")

RESOURCES = {
    **{name: f"/api/{name}" for name, _, _ in router.registry if name != "admin"},
    "documentation": "/api/docs/",
    "reference": "/api/redoc/",
    "schema": "/api/schema",
}
RESERVED = "ws|admin|api|static|media|files|metrics|healthz|readyz"  # first segments that are no station (decision 23)

urlpatterns = [
    path("", RedirectView.as_view(url="/admin/")),
    path("admin/reports/", admin.site.admin_view(reports), name="reports"),
    path("admin/login/", login),
    path("admin/board/", admin.site.admin_view(board_view), name="board"),
    path("admin/", admin.site.urls),
    # /files/ is answered before the Host is looked at: gateway.middleware
    re_path(r"^healthz/?$", healthz),
    re_path(r"^readyz/?$", readyz),
    path("favicon.ico", nothing),
    re_path(r"^api/?$", ApiRoot.as_view(resources=RESOURCES), name="api-root"),
    re_path(r"^api/events/?$", EventsView.as_view(), name="events"),
    path("api/", include(router.urls)),
    re_path(r"^api/schema/?$", SpectacularAPIView.as_view(), name="schema"),
    re_path(r"^api/docs/?$", SpectacularSwaggerView.as_view(), name="docs"),
    re_path(r"^api/redoc/?$", ReferenceView.as_view(), name="redoc"),
    re_path(r"^api/", NoSuchResource.as_view()),
    re_path(rf"^(?!(?:{RESERVED})(?:/|$))(?P<path>.*[^/]/?)$", station_path),
]
handler400 = "gateway.api.outside.bad_request"
handler500 = "gateway.api.outside.server_error"
