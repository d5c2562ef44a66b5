"""The message log's pages: the list with what comes by itself, a message as its frames, and the export."""

import time
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from gateway.pages.export import Button, Exported
from gateway.pages.tail import MOST, Cursor, follow, frames, lines, look_on
from ocpp_ws.admin import MessageAdmin, answered
from ocpp_ws.exports import MESSAGES, json_lines
from ocpp_ws.models import OcppMessage
from sessions_app.exports import Download
from sessions_app.models import ChargingSession
from stations.admin.show import after, listing, may_view, page
from stations.admin.tables import EXPORT, used

JSON_EXPORT = f"ocpp_ws_ocppmessage_json{EXPORT}"


class MessagePage(Exported, MessageAdmin):
    export = MESSAGES
    list_before_template = "gateway/message_list.html"
    change_form_outer_before_template = "gateway/message.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("tail/", view(self.tail), name="ocpp_ws_ocppmessage_tail"),
            path("export/json/", view(self.json_view), name=JSON_EXPORT),
            path("<int:pk>/frames/", view(self.frames), name="ocpp_ws_ocppmessage_frames"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        if "cl" in context:
            shown = [row.pk for row in context["cl"].result_list]
            ends = {"p", "at_to_0"} & used(request)  # what comes now is on another page, or after the time asked for
            context["tail"] = {} if ends else follow(shown, filters_of(request))
        return response

    def tail(self, request: HttpRequest) -> HttpResponse:
        """The lines that came since `cursor`, and where to look for the next ones; filtered like the list."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = request.GET.copy()
        try:
            cursor = Cursor.parse(wanted.pop("cursor", [""])[0])
            request.GET = wanted  # type: ignore[assignment]
            rows = self.get_changelist_instance(request).queryset
        except (ValueError, IncorrectLookupParameters):
            return HttpResponseBadRequest("Not a cursor, or not a filter of the list.")
        found = lines(rows.filter(pk__gt=cursor.after).exclude(pk__in=cursor.seen).order_by("-pk")[:MOST])
        cursor = cursor.advanced([one["message"].pk for one in found], int(time.time()))
        shown = look_on(cursor, filters_of(request)) | {"lines": found}
        return TemplateResponse(request, "gateway/tail_new.html", {"tail": shown})

    def reads_rows(self, request: HttpRequest) -> bool:
        """Not for the tail: its cursor leaves few."""
        match = request.resolver_match
        is_tail = match and match.url_name == "ocpp_ws_ocppmessage_tail"
        return not is_tail and super().reads_rows(request)

    def list_buttons(self, request: HttpRequest) -> list[Button]:
        return [*super().list_buttons(request), self.export_button(request, _("Export JSON Lines"), JSON_EXPORT)]

    def json_view(self, request: HttpRequest) -> HttpResponseBase:
        name, kind = "messages.jsonl", "application/x-ndjson"
        return self.exported(request, lambda rows: Download(request, name, kind, json_lines(rows)))

    def frames(self, request: HttpRequest, pk: int) -> HttpResponse:
        """CALL and answer of one message, for a line that is opened."""
        message = get_object_or_404(OcppMessage, pk=pk)
        if not self.has_view_permission(request, message):
            raise PermissionDenied
        return TemplateResponse(request, "gateway/frames.html", {"frames": frames(message), "page": page(message)})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        message = kwargs.get("obj")
        if message:
            context |= {"frames": frames(message), "latency": after(message.latency_ms), "outcome": answered(message)}
            context["around"] = listing(OcppMessage, station__id__exact=message.station_id)
            if message.transaction_id is not None and may_view(ChargingSession)(request):
                mine = {"station": message.station_id, "transaction_id": message.transaction_id}
                context["session"] = ChargingSession.objects.filter(**mine).first()
        return super().render_change_form(request, context, *args, **kwargs)


def filters_of(request: HttpRequest) -> dict[str, list[str]]:
    """The list's parameters without those of its pages."""
    names = used(request) - MessageAdmin.PAGING
    return {name: values for name, values in request.GET.lists() if name in names}
