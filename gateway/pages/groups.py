"""The group's page: from a group to its stations, on the board, in the list, and to a command for all of them."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy

from gateway.pages.bulk import choose_stations
from stations.admin import StationGroupAdmin
from stations.admin.show import listing, may_view
from stations.commands import MAY_COMMAND
from stations.models import ChargingStation, StationGroup


class GroupPage(StationGroupAdmin):
    change_form_outer_before_template = "gateway/group.html"
    actions = ("command_groups",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.command)
        return [path("<int:group_id>/command/", view, name="stations_stationgroup_command"), *super().get_urls()]

    def has_command_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MAY_COMMAND) and may_view(ChargingStation)(request))

    @admin.action(description=gettext_lazy("Command their stations …"), permissions=["command"])
    def command_groups(self, request: HttpRequest, groups: QuerySet[StationGroup]) -> HttpResponse:
        return choose_stations(request, in_groups([group.pk for group in groups]))

    def command(self, request: HttpRequest, group_id: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_command_permission(request):
            raise PermissionDenied
        return choose_stations(request, in_groups([group_id]))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        group = kwargs.get("obj")
        if group and may_view(ChargingStation)(request):
            context["board"] = f"{reverse('admin:index')}?group={group.pk}"
            context["list"] = listing(ChargingStation, group=group.pk)
            if self.has_command_permission(request) and group.size:
                context["command"] = reverse("admin:stations_stationgroup_command", args=[group.pk])
        return super().render_change_form(request, context, *args, **kwargs)


def in_groups(groups: list[int]) -> list[int]:
    """The keys of the stations that are in any of the groups. Raises Http404 where there are none."""
    found = ChargingStation.objects.filter(groups__in=groups).order_by("cp_id").distinct()
    if not (stations := list(found.values_list("pk", flat=True))):
        raise Http404("No station is in it.")
    return stations
