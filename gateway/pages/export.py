"""A list's rows as a CSV file, with the search and the filters that the list has at that moment."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from sessions_app.exports import CsvAnswer, Export, csv_chunks, local, with_bom
from stations.admin.show import listing
from stations.admin.tables import EXPORT

Button = dict[str, str]


class Exported(ModelAdmin):
    """A list with a button that downloads all of its rows. `export` is what a row is made of."""

    export: ClassVar[Export]
    list_before_template = "gateway/list_buttons.html"

    def get_urls(self) -> list[URLPattern]:
        return [path("export/", self.admin_site.admin_view(self.export_view), name=self.export_name()),
                *super().get_urls()]  # fmt: skip

    def export_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}{EXPORT}"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"buttons": self.list_buttons(request), **(extra_context or {})})

    def list_buttons(self, request: HttpRequest) -> list[Button]:
        return [self.export_button(request, _("Export CSV"), self.export_name())]

    def export_button(self, request: HttpRequest, title: str, name: str) -> Button:
        query = request.GET.copy()
        query.pop("p", None)
        address = reverse(f"admin:{name}")
        return {"title": title, "icon": "download", "link": f"{address}?{query.urlencode()}" if query else address}

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        return self.exported(request, lambda rows: CsvAnswer(request, *self.as_csv(rows)))

    def exported(self, request: HttpRequest, answer: Callable[[QuerySet[Any]], HttpResponseBase]) -> HttpResponseBase:
        """The `answer` made of the list's rows, for who may see them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect(listing(self.model))
        return answer(rows)

    def as_csv(self, rows: QuerySet[Any]) -> tuple[str, Iterable[bytes]]:
        """The file's name, and its content."""
        return self.export.name, with_bom(content(rows, self.export))


def content(rows: QuerySet[Any], export: Export) -> Iterator[bytes]:
    zone = timezone.get_current_timezone()  # now: what makes the chunks may run in another context
    return csv_chunks(rows, export, local(zone), timezone.get_current_timezone_name())
