"""Groups of stations: their form, the filter by them, and the way of selected stations into one."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter

from stations.admin.show import listing, may_view
from stations.models import ChargingStation, StationGroup

MOST_ACTIONS = 50  # groups that the list of stations offers as actions


@admin.register(StationGroup)
class StationGroupAdmin(ModelAdmin):
    list_display = ("name", "size", "description")
    list_per_page = 50
    search_fields: ClassVar[tuple[str, ...]] = ("name", "description")
    autocomplete_fields = ("stations",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[StationGroup]:
        return super().get_queryset(request).annotate(size=Count("stations"))

    @admin.display(description=gettext_lazy("stations"), ordering="size")
    def size(self, group: Any) -> SafeString:
        return format_html(
            '<a class="text-link" href="{}">{}</a>', listing(ChargingStation, group=group.pk), group.size
        )


class GroupFilter(DropdownFilter):
    title = gettext_lazy("group")
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        if not may_view(StationGroup)(request):
            return []  # a filter without choices is not shown
        return [(str(pk), name) for pk, name in StationGroup.objects.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        return queryset.filter(groups=int(value)) if value.isdecimal() and len(value) < 19 else queryset


Action = tuple[Callable[[Any, HttpRequest, QuerySet[ChargingStation]], None], str, str]


def put_into_actions(request: HttpRequest) -> dict[str, Action]:
    """An action of the list of stations for each group, for who may change groups."""
    if IS_POPUP_VAR in request.GET or not request.user.has_perm("stations.change_stationgroup"):
        return {}
    groups = StationGroup.objects.all()[:MOST_ACTIONS]
    return {f"group_{group.pk}": put_into(group) for group in groups}


def put_into(group: StationGroup) -> Action:
    def put(_admin: Any, request: HttpRequest, stations: QuerySet[ChargingStation]) -> None:
        pks = list(stations.values_list("pk", flat=True))
        group.stations.add(*pks)
        told = ngettext("%(count)d station is in %(group)s.", "%(count)d stations are in %(group)s.", len(pks))
        messages.success(request, told % {"count": len(pks), "group": group})

    return put, f"group_{group.pk}", _("Put into the group %(group)s") % {"group": group}
