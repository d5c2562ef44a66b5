"""Alerts, who is told of them, and what became of it."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, DropdownFilter
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from gateway.models import Alert, Delivery, Event, Subscription
from gateway.models.subscription import alert_types
from gateway.pages.tables import when
from stations.admin.equipment import OfStation
from stations.admin.show import chip, link, listing, span
from stations.admin.tables import DayRangeFilter, ReadOnlyAdmin

TONES = {
    Alert.Kind.OFFLINE: "grey", Alert.Kind.FAULTED: "red", Alert.Kind.NO_HEARTBEAT: "orange",
    Alert.Kind.NO_ENERGY: "yellow", Alert.Kind.SUSPICIOUS_DATA: "violet",
}  # fmt: skip
ENDS = {Delivery.State.WAITING: "yellow", Delivery.State.DELIVERED: "green", Delivery.State.FAILED: "red"}


class OpenFilter(DropdownFilter):
    title = gettext_lazy("state")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("open")), ("no", _("closed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(closed_at__isnull=self.value() == "yes") if self.value() else queryset


class AlertPage(OfStation):
    list_display = ("what", "place", "detail", "since", "lasted", "session_link")
    list_filter = (
        OpenFilter,
        ("kind", ChoicesDropdownFilter),
        ("station", AutocompleteSelectFilter),
        ("opened_at", DayRangeFilter),
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("station", "session")
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_id", "detail")
    search_help_text = gettext_lazy("Station or detail")

    @admin.display(description=gettext_lazy("alert"), ordering="kind")
    def what(self, alert: Alert) -> SafeString:
        tone = "green" if alert.closed_at else TONES.get(Alert.Kind(alert.kind), "red")
        return chip(alert.get_kind_display(), tone=tone, dashed=bool(alert.closed_at))

    @admin.display(description=gettext_lazy("station"), ordering="station__cp_id")
    def place(self, row: Any) -> SafeString | str:
        if row.connector_number is None:
            return link(row.station)
        return format_html("{} / {}", link(row.station), row.connector_number or _("station"))

    @admin.display(description=gettext_lazy("lasted"))
    def lasted(self, alert: Alert) -> str:
        return span(alert.since, alert.closed_at or timezone.now())

    @admin.display(description=gettext_lazy("session"))
    def session_link(self, alert: Alert) -> SafeString | str:
        return link(alert.session)


class SubscriptionForm(forms.ModelForm):
    types = forms.MultipleChoiceField(
        choices=Event.Type.choices, initial=alert_types, widget=UnfoldAdminCheckboxSelectMultipleWidget,
        label=gettext_lazy("Types of events"),
    )  # fmt: skip


class SubscriptionPage(ModelAdmin):
    form = SubscriptionForm
    list_display = ("name", "channel", "place", "enabled", "last")
    list_filter = ("channel", "enabled")
    search_fields: ClassVar[tuple[str, ...]] = ("name", "address")
    readonly_fields = ("place", "signing_secret", "deliveries")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        tried = Delivery.objects.filter(subscription=OuterRef("pk")).exclude(attempts=0).order_by("-pk")
        return (
            super()
            .get_queryset(request)
            .annotate(last_state=Subquery(tried.values("state")[:1]), last_ended=Subquery(tried.values("ended_at")[:1]))
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # tokens and passwords stand in addresses of webhooks
        address = "address" if obj is None or self.has_change_permission(request, obj) else "place"
        fields = ["name", "channel", address, "types", "enabled"]
        if obj and obj.channel == Subscription.Channel.WEBHOOK and self.has_change_permission(request, obj):
            fields.append("signing_secret")
        return [*fields, "deliveries"] if obj else fields

    @admin.display(description=gettext_lazy("address"))
    def place(self, one: Subscription) -> str:
        """As everybody may know it."""
        if one.channel == Subscription.Channel.EMAIL:
            return one.address
        parts = urlsplit(one.address)
        return f"{parts.scheme}://{parts.hostname}"

    @admin.display(description=gettext_lazy("signing secret"))
    def signing_secret(self, one: Subscription) -> SafeString:
        return format_html("<code>{}</code>", one.secret)

    @admin.display(description=gettext_lazy("deliveries"))
    def deliveries(self, one: Subscription) -> SafeString:
        address = listing(Delivery, subscription__id__exact=one.pk)
        return format_html('<a class="text-link" href="{}">{}</a>', address, _("What became of them"))

    @admin.display(description=gettext_lazy("last delivery"))
    def last(self, one: Any) -> SafeString | str:
        return format_html("{} {}", state(one.last_state), when(one.last_ended)) if one.last_state else "-"


class DeliveryPage(ReadOnlyAdmin):
    list_display = ("event_type", "station", "subscription", "state_chip", "attempts", "outcome", "ended_at")
    list_filter = (("state", ChoicesDropdownFilter), ("subscription", AutocompleteSelectFilter))
    list_select_related: ClassVar[tuple[str, ...]] = ("subscription", "event")
    show_full_result_count = False
    actions = ("again",)

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("gateway.change_subscription")

    @admin.display(description=gettext_lazy("event"))
    def event_type(self, one: Delivery) -> str:
        return one.event.type

    @admin.display(description=gettext_lazy("station"))
    def station(self, one: Delivery) -> str:
        return one.event.cp_id

    @admin.display(description=gettext_lazy("state"))
    def state_chip(self, one: Delivery) -> SafeString:
        return state(one.state, one.outcome)

    @admin.action(description=gettext_lazy("Send again"), permissions=["send"])
    def again(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        mine = deliveries.filter(~Q(state=Delivery.State.WAITING))
        n = mine.update(state=Delivery.State.WAITING, attempts=0, next_at=timezone.now(), ended_at=None)
        messages.success(request, _("%d are sent again.") % n)


def state(word: str, outcome: str = "") -> SafeString:
    known = Delivery.State(word)
    return chip(str(known.label), tone=ENDS[known], title=outcome)
