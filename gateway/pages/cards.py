"""The card's page: its last sessions above its form."""

from typing import Any

from django.http import HttpRequest

from gateway.pages import tables
from gateway.pages.sidebar import may_view
from rfid.admin import CardAdmin
from sessions_app.models import ChargingSession
from stations.admin.show import listing


class CardPage(CardAdmin):
    change_form_outer_before_template = "gateway/card.html"

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        card = kwargs.get("obj")
        if card and may_view(ChargingSession)(request):
            last = ChargingSession.objects.filter(id_tag_key=card.tag_key).select_related("station", "card")
            context["table"] = tables.sessions(last.order_by("-pk")[:10])
            context["all"] = listing(ChargingSession, card__id__exact=card.pk)
        return super().render_change_form(request, context, *args, **kwargs)
