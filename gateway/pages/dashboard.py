"""The home page: what is connected, what charges, what is broken, as it happens."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from gateway.pages.board import STATES, May, Wish, drawn
from gateway.pages.fleet import fleet
from gateway.pages.live import answer
from stations.admin.show import may_view
from stations.models import ChargingStation


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """unfold's DASHBOARD_CALLBACK: adds what templates/admin/index.html shows, where the user may see it."""
    if not may_view(ChargingStation)(request):
        return context
    now, may = fleet.get(), May.of(request)
    wish = Wish.of(request, may)
    return context | {
        "pieces": drawn(now, wish, may).html(),
        "live": f"{reverse('board')}?{wish.query()}",
        "wish": wish,
        "states": STATES,
        "groups": now.groups.items() if may.groups else (),
    }


def board_view(request: HttpRequest) -> HttpResponse:
    """What has changed on the home page since the browser asked last."""
    if not may_view(ChargingStation)(request):
        return HttpResponse(status=403)
    may = May.of(request)
    return answer(request, drawn(fleet.get(), Wish.of(request, may), may))
