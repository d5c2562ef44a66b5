"""The message log: each CALL with its answer; and the frames that could not be taken."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ocpp.v16.enums import Action
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, DropdownFilter, TextFilter

from ocpp_ws.message_log import of_session, without_secrets
from ocpp_ws.models import OcppMessage, RejectedFrame
from ocpp_ws.protocol import ACTIONS, ci_key, enumeration
from ocpp_ws.protocol.schema_files import Kind
from sessions_app.admin import whole_number
from sessions_app.models import ChargingSession
from stations.admin.show import after, chip, link
from stations.admin.tables import DayRangeFilter, EndlessAdmin, MomentRangeFilter


class ActionFilter(DropdownFilter):
    title = gettext_lazy("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted((str(action.value), str(action.value)) for action in Action)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(action=self.value()) if self.value() else queryset


# what stations and the gateway answer, and what stations tell of themselves (ocpp_ws.message_log.gist)
STATUSES: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("result", ("status",)), ("result", ("idTagInfo", "status")), ("call", ("status",)),
)  # fmt: skip


def words() -> Iterator[str]:
    """The values that these may have."""
    for action, (kind, path) in product(ACTIONS, STATUSES):
        with suppress(KeyError):  # most have no such member
            yield from enumeration(action, *path, kind=kind)


WORDS = sorted(set(words()))


class OutcomeFilter(DropdownFilter):
    title = gettext_lazy("outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        kinds = [("result", _("any result")), ("error", "CALLERROR"), ("open", _("no answer"))]
        return [*kinds, *((word, word) for word in WORDS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "result":
            return queryset.filter(error_code="", answered_at__isnull=False)
        if self.value() == "error":
            return queryset.exclude(error_code="")
        if self.value() == "open":
            return queryset.filter(answered_at=None)
        return queryset.filter(status=self.value()) if self.value() else queryset


class SessionFilter(TextFilter):
    """By a session's id or transactionId: the messages of its own, not those of its time."""

    title = gettext_lazy("session")
    parameter_name = "session"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        session = session_named(str(self.value()).strip())
        return queryset.filter(of_session(session)) if session else queryset.none()


def session_named(term: str) -> ChargingSession | None:
    """Its id comes before another session's transactionId."""
    number = whole_number(term)
    rows = ChargingSession.objects.filter(Q(pk=number) | Q(transaction_id=number)).select_related("command")
    return min(rows, key=lambda one: one.pk != number, default=None) if number else None


@admin.register(OcppMessage)
class MessageAdmin(EndlessAdmin):
    list_display = ("at", "place", "way", "action", "outcome", "latency")
    list_filter = (
        ("station", AutocompleteSelectFilter),
        ActionFilter,
        ("direction", ChoicesDropdownFilter),
        OutcomeFilter,
        SessionFilter,
        ("at", MomentRangeFilter),
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("station",)
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_key", "action", "unique_id")
    search_help_text = "Action, message id or the beginning of a station's identity"
    indexed = frozenset({"at_from_0", "at_from_1", "at_to_0", "at_to_1"})
    narrow = frozenset({"station__id__exact", "session"})
    time_field = "at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """A list shows neither payload nor answer, and they may have megabytes."""
        rows: QuerySet[Any] = super().get_queryset(request)
        match = request.resolver_match
        is_list = match and match.url_name and match.url_name.endswith("_changelist")
        return rows.defer("payload", "answer") if is_list else rows

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [name for name in super().get_fields(request, obj) if name not in ("payload", "answer")]

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        key = ci_key(term)
        return rows.filter(Q(station__cp_key__startswith=key) | Q(action__istartswith=term) | Q(unique_id=term))

    @admin.display(description=gettext_lazy("station"))
    def place(self, message: OcppMessage) -> SafeString | str:
        return link(message.station)

    @admin.display(description=gettext_lazy("direction"))
    def way(self, message: OcppMessage) -> str:
        return arrow(message)

    @admin.display(description=gettext_lazy("outcome"))
    def outcome(self, message: OcppMessage) -> SafeString | str:
        return answered(message)

    @admin.display(description=gettext_lazy("after"))
    def latency(self, message: OcppMessage) -> str:
        return after(message.latency_ms)


class RepairFilter(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "to be repaired"), ("repaired", "repaired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "open":
            return queryset.filter(kind=RejectedFrame.Kind.DEAD_LETTER, repaired_at=None)
        return queryset.exclude(repaired_at=None) if self.value() == "repaired" else queryset


@admin.register(RejectedFrame)
class RejectedFrameAdmin(EndlessAdmin):
    FRAME = 20_000  # characters of a frame that are shown: it may have 4 MiB

    list_display = ("received_at", "place", "what", "action", "error_line", "state")
    list_filter = (
        ("station", AutocompleteSelectFilter),
        ("kind", ChoicesDropdownFilter),
        RepairFilter,
        ("received_at", DayRangeFilter),
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("station",)
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_key", "action", "unique_id")
    search_help_text = "Action, message id or the beginning of a station's identity"
    indexed = frozenset({"received_at_from", "received_at_to"})
    time_field = "received_at"

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        meant = Q(station__cp_key__startswith=ci_key(term)) | Q(action__istartswith=term) | Q(unique_id=term)
        return rows.filter(meant)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.defer("raw").annotate(beginning=Left("raw", self.FRAME))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [name if name != "raw" else "frame" for name in super().get_fields(request, obj)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["frame"]

    @admin.display(description="frame")
    def frame(self, row: Any) -> str:
        return without_secrets(str(row.beginning))

    @admin.display(description="station")
    def place(self, row: RejectedFrame) -> SafeString | str:
        return link(row.station)

    @admin.display(description="kind")
    def what(self, row: RejectedFrame) -> str:
        return row.get_kind_display()

    @admin.display(description="error")
    def error_line(self, row: RejectedFrame) -> str:
        return row.error[:100]

    @admin.display(description="state")
    def state(self, row: RejectedFrame) -> SafeString | str:
        if row.kind != RejectedFrame.Kind.DEAD_LETTER:
            return "-"
        return chip("repaired", tone="green") if row.repaired_at else chip("to be repaired", tone="orange")


def arrow(message: OcppMessage) -> str:
    return _("← in") if message.direction == OcppMessage.Direction.IN else _("→ out")


def answered(message: OcppMessage) -> SafeString | str:
    """The answer in a word: its status, the CALLERROR's code, or that there is none."""
    if message.error_code:
        return chip(message.error_code, tone="red", title=message.error_description)
    if message.answered_at is None:
        return chip(_("no answer"), tone="orange")
    return chip(message.status) if message.status else "ok"
