"""Commands: who asked what of which station, and what it answered."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from stations.admin.show import TONES, after, chip, link
from stations.admin.tables import DayRangeFilter, EndlessAdmin
from stations.commands import MAY_COMMAND
from stations.models import Command
from stations.remote_start import RemoteStart, remote_start
from stations.secrets import masked

STARTS: dict[str, str] = {
    RemoteStart.STARTING: "yellow",
    RemoteStart.STARTED: "green",
    RemoteStart.NOT_STARTED: "orange",
}


@admin.register(Command)
class CommandAdmin(EndlessAdmin):
    list_display = ("action", "place", "outcome", "latency", "actor", "created_at")
    list_filter = (
        ("station", AutocompleteSelectFilter),
        ("state", ChoicesDropdownFilter),
        ("created_at", DayRangeFilter),
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("station", "session")
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_id", "action", "actor")
    search_help_text = "Station, action or who asked"
    indexed = frozenset({"created_at_from", "created_at_to"})
    time_field = "created_at"

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        meant = Q(station__cp_id__icontains=term) | Q(action__icontains=term) | Q(actor__icontains=term)
        return rows.filter(meant)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may command a station may see what came of it."""
        return super().has_view_permission(request, obj) or request.user.has_perm(MAY_COMMAND)

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        """For reading only: a key on its way to the station is not shown."""
        command: Any = super().get_object(*args, **kwargs)
        if command is not None:
            command.payload = masked(command.payload)
        return command

    @admin.display(description="station")
    def place(self, command: Command) -> SafeString | str:
        return link(command.station)

    @admin.display(description="outcome")
    def outcome(self, command: Command) -> SafeString:
        return outcome(command)

    @admin.display(description="after")
    def latency(self, command: Command) -> str:
        return after(command.latency_ms)


def outcome(command: Command) -> SafeString:
    """What came of a remote start, else the station's own word if it gave one, else how far the command got."""
    if started := remote_start(command, timezone.now()):
        return chip(RemoteStart(started).label, tone=STARTS[started])
    if command.state == Command.State.ANSWERED and command.status:
        return chip(command.status)
    why = command.error_code or command.reason
    return chip(command.get_state_display(), tone=TONES.get(command.state, "grey"), title=why)
