"""Tables to look at, and tables too long to count."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateFilter, RangeDateTimeFilter
from unfold.paginator import InfinitePaginator

EXPORT = "_export"  # the end of the name of a view that gives all rows of a list


class ReadOnlyAdmin(ModelAdmin):
    """A page to look at, not a form."""

    list_per_page = 50
    list_filter_submit = True
    leading: ClassVar[tuple[str, ...]] = ()  # the fields that come before the others

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        names = [field.name for field in self.opts.concrete_fields]  # Django leaves out what no form may set
        return list(dict.fromkeys([*self.leading, *names]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class EndlessAdmin(ReadOnlyAdmin):
    """A table of millions of rows: never counted, never sorted by a column without an index.

    `indexed` are the query parameters that lead to an index. Any other one reads row by row: within what a parameter
    of `narrow` leaves, else within the newest WINDOW rows (of the days asked for), and the page says so; an export
    reads them all.
    """

    WINDOW = 200_000
    PAGING = frozenset({"p", "o", "all", "e", "_facets", "_popup", "_to_field", "_changelist_filters"})
    indexed: ClassVar[frozenset[str]] = frozenset()
    narrow: ClassVar[frozenset[str]] = frozenset({"station__id__exact"})
    time_field: ClassVar[str] = ""  # a range of it is shown in the order of its index

    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        by_time = any(name.startswith(f"{self.time_field}_") for name in used(request) & self.indexed)
        return (f"-{self.time_field}",) if by_time and not self.reads_rows(request) else ("-pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found = self.find(queryset, search_term) if search_term else queryset
        if self.reads_rows(request) and not exporting(request):
            found = found.filter(pk__gt=self.newest(request) - self.WINDOW)
            hint = (
                f"Looked through the newest {self.WINDOW:,} rows. Choose a station, or other days, to look elsewhere."
            )
            messages.info(request, hint)
        return found, False

    def reads_rows(self, request: HttpRequest) -> bool:
        names = used(request) - self.PAGING
        return bool(names - self.indexed - self.narrow) and not names & self.narrow

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        """The rows that an operator means by `term`."""
        raise NotImplementedError

    def newest(self, request: HttpRequest) -> int:
        """The id of the newest row, or of the newest one of the days asked for."""
        rows = self.model._default_manager.order_by("-pk")
        ends = [f"{self.time_field}_to", f"{self.time_field}_to_0", f"{self.time_field}_to_1"]
        day, of_moment, at = (request.GET.get(name) if name in self.indexed else None for name in ends)
        if last := after_moment(of_moment or day, at):
            rows = rows.filter(**{f"{self.time_field}__lt": last}).order_by(f"-{self.time_field}")
        return rows.values_list("pk", flat=True).first() or 0


def exporting(request: HttpRequest) -> bool:
    match = request.resolver_match
    return bool(match and match.url_name and match.url_name.endswith(EXPORT))


def used(request: HttpRequest) -> set[str]:
    return {name for name, value in request.GET.items() if value}


class DayRangeFilter(RangeDateFilter):
    """Whole days, both ends included, in the gateway's time zone."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = (parse_day(self.used_parameters.get(f"{self.parameter_name}_{end}")) for end in ("from", "to"))
        if first:
            queryset = queryset.filter(**{f"{self.parameter_name}__gte": midnight(first)})
        if last:
            queryset = queryset.filter(**{f"{self.parameter_name}__lt": midnight(last + timedelta(days=1))})
        return queryset


class MomentRangeFilter(RangeDateTimeFilter):
    """From a day, or a time of it, to another one; both included, in the gateway's time zone."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        name = self.parameter_name
        from_day, from_time, to_day, to_time = (
            self.used_parameters.get(f"{name}_{end}_{part}") for end in ("from", "to") for part in "01"
        )
        if first := parse_day(from_day):
            queryset = queryset.filter(**{f"{name}__gte": moment_of(first, parse_time(from_time) or time.min)})
        if last := after_moment(to_day, to_time):
            queryset = queryset.filter(**{f"{name}__lt": last})
        return queryset


def parse_day(text: str | None) -> date | None:
    """A day in the page's own notation: unfold's parser reads 5/11 as May where the calendar wrote November."""
    try:
        day: date | None = forms.DateField(required=False).to_python(text)
    except ValidationError:
        return None  # the filter's form says so
    # at the edges of the calendar a day has no midnight in some zone, or no day after
    return day if day and date(1900, 1, 2) < day < date(9000, 1, 1) else None


def parse_time(text: str | None) -> time | None:
    try:
        at: time | None = forms.TimeField(required=False).to_python(text)
    except ValidationError:
        return None
    return at


def after_moment(day_text: str | None, time_text: str | None) -> datetime | None:
    """The end of a day, or of a minute or second of it; None where there is no day."""
    day, at = parse_day(day_text), parse_time(time_text)
    if day is None:
        return None
    if at is None:
        return midnight(day + timedelta(days=1))
    return moment_of(day, at) + (timedelta(seconds=1) if at.second else timedelta(minutes=1))


def midnight(day: date) -> datetime:
    return moment_of(day, time.min)


def moment_of(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at)).astimezone(UTC)
