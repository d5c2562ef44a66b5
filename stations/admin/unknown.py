"""Stations that knocked in vain, and tags that no card has: each taken in, or forgotten, with one click."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from rfid.models import RfidCard
from stations.admin.show import link, listing, post_button
from stations.admin.tables import DayRangeFilter, ReadOnlyAdmin
from stations.models import ChargingStation, UnknownStation, UnknownTag
from stations.services import NoCard, add_station, adopt_tag

Registration = ChargingStation.Registration
Click = tuple[str, str]  # the last part of its address, and its words


class UnknownAdmin(ReadOnlyAdmin):
    """Buttons in each row, which post; a view of its own for each of them."""

    clicks: ClassVar[tuple[Click, ...]]
    makes: ClassVar[type[Model]]
    show_full_result_count = False
    actions = ("forget_selected",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.model._default_manager.waiting()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.clicked)
        return [path("<int:pk>/<slug:name>/now/", view, name=self.view_name()), *super().get_urls()]

    def view_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_now"

    def clicked(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.may(request, name):
            return self.refuse(request)
        row = get_object_or_404(self.model, pk=pk)
        if name == "forget":
            row.delete()
            messages.success(request, f"{row} is forgotten until it shows up again.")
        else:
            self.take_in(request, row, name)
        return redirect(listing(self.model))

    def may(self, request: HttpRequest, name: str) -> bool:
        verb, model = ("delete", self.model) if name == "forget" else ("add", self.makes)
        return request.user.has_perm(f"{model._meta.app_label}.{verb}_{model._meta.model_name}")

    def refuse(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("You may not do this.", status=403)

    def take_in(self, request: HttpRequest, row: Any, name: str) -> None:
        raise NotImplementedError

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [*self.list_display, self.buttons(request)]

    def buttons(self, request: HttpRequest) -> Callable[[Any], SafeString]:
        """A column for who asks."""
        offered = [click for click in (*self.clicks, ("forget", "Forget")) if self.may(request, click[0])]

        @admin.display(description="")
        def column(row: Any) -> SafeString:
            places = ((reverse(f"admin:{self.view_name()}", args=[row.pk, name]), words) for name, words in offered)
            return format_html_join(" ", "{}", ((post_button(place, words),) for place, words in places))

        return column

    def has_forget_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "forget")

    @admin.action(description="Forget the selected rows", permissions=["forget"])
    def forget_selected(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        count, _ = rows.delete()
        messages.success(request, f"{count} forgotten.")


@admin.register(UnknownStation)
class UnknownStationAdmin(UnknownAdmin):
    clicks = ((Registration.ACCEPTED, "Add"), (Registration.PENDING, "Add as pending"))
    makes = ChargingStation
    list_display = ("cp_id", "address", "user_agent", "count", "last_seen_at")
    list_filter = (("last_seen_at", DayRangeFilter),)
    search_fields: ClassVar[tuple[str, ...]] = ("cp_id", "address", "user_agent")

    def take_in(self, request: HttpRequest, row: UnknownStation, name: str) -> None:
        station = add_station(row, Registration.PENDING if name == Registration.PENDING else Registration.ACCEPTED)
        self.log_addition(request, station, "Added from the unknown stations.")
        messages.success(request, format_html("{} is added; it is let in when it knocks again.", link(station)))


@admin.register(UnknownTag)
class UnknownTagAdmin(UnknownAdmin):
    clicks = (("adopt", "Make it a card"),)
    makes = RfidCard
    list_display = ("tag", "place", "count", "first_seen_at", "last_seen_at")
    list_filter = (("station", AutocompleteSelectFilter), ("last_seen_at", DayRangeFilter))
    list_select_related: ClassVar[tuple[str, ...]] = ("station",)
    search_fields: ClassVar[tuple[str, ...]] = ("tag", "station__cp_id")

    @admin.display(description="last seen at", ordering="station__cp_id")
    def place(self, row: UnknownTag) -> SafeString | str:
        return link(row.station)

    def take_in(self, request: HttpRequest, row: UnknownTag, name: str) -> None:
        try:
            card = adopt_tag(row)
        except NoCard as error:
            messages.error(request, str(error))
            return
        self.log_addition(request, card, "Made of an unknown tag.")
        messages.success(request, format_html("{} is a card now, Active.", link(card)))
