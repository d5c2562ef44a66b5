"""Bulk commands: one command to many stations."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from stations.admin.show import chip
from stations.admin.tables import DayRangeFilter, ReadOnlyAdmin
from stations.models import BulkCommand
from stations.secrets import masked


@admin.register(BulkCommand)
class BulkCommandAdmin(ReadOnlyAdmin):
    list_display = ("command", "outcome", "actor", "created_at", "finished_at")
    list_filter = (("state", ChoicesDropdownFilter), ("created_at", DayRangeFilter))
    search_fields: ClassVar[tuple[str, ...]] = ("command", "actor")

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        """For reading only: a password in an address is not shown."""
        row: Any = super().get_object(*args, **kwargs)
        if row is not None:
            row.body = masked(row.body)
        return row

    @admin.display(description="state", ordering="state")
    def outcome(self, bulk: BulkCommand) -> SafeString:
        return chip(bulk.get_state_display())
