"""The list of cards with import and export; and the card's page: its use and its last sessions above its form."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from gateway.pages import tables
from gateway.pages.card_import import import_cards, may_import
from gateway.pages.export import Button, Exported
from gateway.pages.sidebar import may_view
from rfid.admin import CardAdmin
from rfid.csv_files import COLUMNS, card_cells
from rfid.models import RfidCard
from sessions_app.exports import Export, csv_chunks, with_bom
from sessions_app.models import ChargingSession
from stations.admin.show import listing

CARDS = Export(
    "cards", [column.name for column in COLUMNS], [column.field for column in COLUMNS],
    lambda values, _stamp: card_cells(values), frozenset(),
)  # fmt: skip


class CardPage(Exported, CardAdmin):
    export = CARDS
    change_form_outer_before_template = "gateway/card.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="rfid_rfidcard_import"), *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        return import_cards(self, request)

    def list_buttons(self, request: HttpRequest) -> list[Button]:
        own = {"title": _("Import CSV"), "icon": "upload", "link": reverse("admin:rfid_rfidcard_import")}
        return [*([own] if may_import(self, request) else []), *super().list_buttons(request)]

    def as_csv(self, rows: QuerySet[RfidCard]) -> tuple[str, Iterable[bytes]]:
        return self.export.name, with_bom(csv_chunks(rows.order_by("tag_key"), self.export))  # as the import reads it

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        card = kwargs.get("obj")
        if card and may_view(ChargingSession)(request):
            last = ChargingSession.objects.filter(id_tag_key=card.tag_key).select_related("station", "card")
            context["table"] = tables.sessions(last.order_by("-pk")[:10])
            context["all"] = listing(ChargingSession, card__id__exact=card.pk)
        return super().render_change_form(request, context, *args, **kwargs)
