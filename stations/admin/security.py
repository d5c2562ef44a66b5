"""Certificates by their end, the inbox of signing requests, and security events."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, DropdownFilter

from stations.admin.equipment import OfStation
from stations.admin.show import chip
from stations.admin.tables import DayRangeFilter
from stations.models import Certificate, SecurityEvent, SigningRequest
from stations.services import mark_seen

SOON, VERY_SOON = 30, 7  # days: A02 renews a month before the end
FOLDED: dict[str, Any] = {"classes": ("collapse",)}


class AttentionFilter(DropdownFilter):
    title = "attention"
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("new", "critical, not seen yet"), ("critical", "critical")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "new":
            return queryset.filter(critical=True, seen_at=None)
        return queryset.filter(critical=True) if self.value() == "critical" else queryset


@admin.register(SecurityEvent)
class SecurityEventAdmin(OfStation):
    list_display = ("type", "place", "weight", "tech_info", "count", "origin", "received_at")
    list_filter = (
        AttentionFilter,
        ("origin", ChoicesDropdownFilter),
        ("station", AutocompleteSelectFilter),
        ("received_at", DayRangeFilter),
    )
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_id", "type", "tech_info")
    search_help_text = "Station, type or information"
    actions = ("see", "see_all")

    def has_see_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("stations.change_securityevent")

    @admin.display(description="", ordering="critical")
    def weight(self, event: SecurityEvent) -> SafeString | str:
        if not event.critical:
            return ""
        seen = f"seen by {event.seen_by}" if event.seen_at else "not seen yet"
        return chip("critical", tone="grey" if event.seen_at else "red", title=seen)

    @admin.action(description="Mark the selected events as seen", permissions=["see"])
    def see(self, request: HttpRequest, events: QuerySet[SecurityEvent]) -> None:
        self.mark(request, events)

    @admin.action(description="Mark all events as seen", permissions=["see"])
    def see_all(self, request: HttpRequest, events: QuerySet[SecurityEvent]) -> None:
        self.mark(request, SecurityEvent.objects.all())

    def mark(self, request: HttpRequest, events: QuerySet[SecurityEvent]) -> None:
        seen = mark_seen(events.order_by(), by=request.user.get_username(), now=timezone.now())
        messages.success(request, f"{seen} {'event is' if seen == 1 else 'events are'} marked as seen.")


@admin.register(Certificate)
class CertificateAdmin(OfStation):
    list_display: ClassVar[tuple[str, ...]] = ("subject_or_number", "place", "type", "left", "condition", "valid_to")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("type", ChoicesDropdownFilter),
        ("station", AutocompleteSelectFilter),
        ("valid_to", DayRangeFilter),
    )
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_id", "subject", "issuer", "serial_number")

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        """The soonest end first; those of which only hashes are known last."""
        return (F("valid_to").asc(nulls_last=True), "id")

    @admin.display(description="subject", ordering="subject")
    def subject_or_number(self, certificate: Certificate) -> str:
        return certificate.subject or f"number {certificate.serial_number}"

    @admin.display(description="left", ordering="valid_to")
    def left(self, certificate: Certificate) -> SafeString | str:
        return days_left(certificate)

    @admin.display(description="state", ordering="state")
    def condition(self, certificate: Certificate) -> SafeString:
        return chip(certificate.get_state_display(), tone="green" if certificate.state == "installed" else "grey")


def days_left(certificate: Certificate) -> SafeString | str:
    if certificate.valid_to is None or certificate.state != Certificate.State.INSTALLED:
        return "-"
    days = (certificate.valid_to - timezone.now()).days
    tone = "red" if days < VERY_SOON else "orange" if days < SOON else "green"
    return chip("expired" if days < 0 else f"{days} days", tone=tone)


REQUEST_TONES = {"pending": "yellow", "signed": "blue", "accepted": "green", "rejected": "red"}


@admin.register(SigningRequest)
class SigningRequestAdmin(OfStation):
    list_display = ("received_at", "place", "subject", "key_words", "condition", "remark")
    list_filter = (("state", ChoicesDropdownFilter), ("station", AutocompleteSelectFilter))
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_id", "subject")
    fieldsets = (("Also", {"fields": ("csr", "chain", "public_key"), **FOLDED}),)

    @admin.display(description="state", ordering="state")
    def condition(self, row: SigningRequest) -> SafeString:
        return request_state(row)


def request_state(row: SigningRequest) -> SafeString:
    return chip(row.get_state_display(), tone=REQUEST_TONES.get(row.state, "grey"), title=row.decided_by)
