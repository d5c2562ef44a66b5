"""The list of cards with import and export; and the card's page: its use and its last sessions above its form."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from gateway.pages import tables
from gateway.pages.board import Number
from gateway.pages.card_import import import_cards, may_import
from gateway.pages.charts import Place, columns
from gateway.pages.export import Button, Exported
from gateway.pages.usage import Period, day_or_month, in_words, months_of_tag, on_axis
from rfid.admin import CardAdmin
from rfid.csv_files import COLUMNS, card_cells
from rfid.models import RfidCard
from sessions_app.exports import Export, csv_chunks, with_bom
from sessions_app.models import ChargingSession
from stations.admin.show import listing, may_view

MOST_SESSIONS = 5000  # summed on a card's page: the tag of a network that anybody may use has more
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
            context |= use_of(card)
        return super().render_change_form(request, context, *args, **kwargs)


def use_of(card: RfidCard) -> dict[str, Any]:
    """Its last sessions, and what it has charged in a year."""
    today = timezone.localdate()
    first = (today.replace(day=1) - timedelta(days=330)).replace(day=1)  # of this and the eleven months before
    uses = months_of_tag(card.tag_key, Period(first, today), MOST_SESSIONS)
    sessions, wh = sum(one.sessions for one in uses), sum(one.wh for one in uses)
    newest = ChargingSession.objects.filter(id_tag_key=card.tag_key).order_by("-pk")
    last = list(newest.select_related("station", "card")[:10])
    places = [Place(day_or_month(one.of), on_axis(one.of), "") for one in uses]
    return {
        "numbers": [
            Number(_("Last used"), day_of(last[0].started_at) if last else _("never"), ""),
            Number(_("Sessions in a year"), f"{sessions:,}" if sessions < MOST_SESSIONS else f"{sessions:,}+", ""),
            Number(_("Energy in a year"), in_words(wh), "", "blue"),
        ],
        "chart": columns(_("Energy"), "blue", places, [one.wh for one in uses], in_words) if wh else None,
        "table": tables.sessions(last, cards=True),
        "all": listing(ChargingSession, q=card.tag_id),
    }


def day_of(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "j M Y")
