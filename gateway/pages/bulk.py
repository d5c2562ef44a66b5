"""One command to many stations: chosen in their list, filled in once, watched while it goes through."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from gateway.pages import tables
from gateway.pages.commanding import remedy
from gateway.pages.forms import FOR_MANY, GROUPS, CommandForm
from gateway.pages.forms.base import NUMBER, SWITCH
from gateway.pages.live import fragment, in_dialog
from stations import bulk
from stations.admin.bulk import BulkCommandAdmin
from stations.admin.show import chip, link, page
from stations.api.remote.bulk import permission_for
from stations.commands import MAY_COMMAND
from stations.errors import NotAllowed
from stations.models import BulkCommand, BulkItem, ChargingStation

CHOSEN = "stations of the next bulk command"  # in the browser session: their list may be long
SHOWN = 500  # stations on the page; the API has them all
Item = BulkItem.State
TONES = {Item.DONE: "green", Item.FAILED: "red", Item.GIVEN: "blue", Item.SKIPPED: "grey", Item.WAITING: "yellow"}


class Pace(forms.Form):
    """How a bulk command goes through its stations."""

    at_once = forms.IntegerField(
        label="Stations at a time", initial=10, min_value=1, max_value=bulk.MOST_AT_ONCE, widget=NUMBER
    )
    stop_on_failure = forms.BooleanField(label="Stop at the first failure", required=False, widget=SWITCH)


class BulkPage(BulkCommandAdmin):
    change_form_outer_before_template = "gateway/bulk.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("new/", view(self.choose), name="stations_bulkcommand_choose"),
            path("new/<slug:name>/", view(self.fill_in), name="stations_bulkcommand_new"),
            path("<int:bulk_id>/cancel/", view(self.cancel), name="stations_bulkcommand_cancel"),
            path("<int:bulk_id>/again/", view(self.again), name="stations_bulkcommand_again"),
        ]
        return [*own, *super().get_urls()]

    def choose(self, request: HttpRequest) -> HttpResponse:
        """The commands that can be given to several stations."""
        stations = chosen(request)
        groups = [
            {"title": title, "buttons": [button(name) for name in group if may(request, FOR_MANY[name])]}
            for title, group in GROUPS.items()
        ]
        context = {"title": f"Command {len(stations)} stations", "stations": stations, "groups": groups}
        return self.show(request, "gateway/bulk_choose.html", context)

    def fill_in(self, request: HttpRequest, name: str) -> HttpResponse:
        form_class = bulk_form(request, name)
        stations = chosen(request)
        sent = request.POST if request.method == "POST" else None
        form, pace = form_class(stations[0], sent, chosen=stations), Pace(sent)
        context = {
            "title": f"{form.title}: {len(stations)} stations", "stations": stations, "form": form, "pace": pace,
            "back": reverse("admin:stations_bulkcommand_choose"), "remedy": remedy(request, form),
        }  # fmt: skip
        if sent is not None and form.is_valid() and bulk.carries_secret(form.body()):
            form.add_error(None, bulk.NO_SECRETS)
        if sent is None or not (form.is_valid() and pace.is_valid()):
            return self.show(request, "gateway/bulk_form.html", context)
        if "confirmed" not in request.POST:
            return self.show(request, "gateway/bulk_confirm.html", context | {"risk": form.risk()})
        made = bulk.start(
            stations=stations, command=name, body=form.body(), actor=request.user.get_username(), now=timezone.now(),
            **pace.cleaned_data,
        )  # fmt: skip
        del request.session[CHOSEN]
        return redirect(page(made))

    def cancel(self, request: HttpRequest, bulk_id: int) -> HttpResponse:
        row = commanded(request, bulk_id)
        if isinstance(row, HttpResponse):
            return row
        if not bulk.end(row, BulkCommand.State.CANCELLED, timezone.now()):
            messages.info(request, "It had ended already.")
        return redirect(page(row))

    def again(self, request: HttpRequest, bulk_id: int) -> HttpResponse:
        row = commanded(request, bulk_id)
        if isinstance(row, HttpResponse):
            return row
        if not request.user.has_perm(permission_for(row.command)):
            raise PermissionDenied
        try:
            return redirect(page(bulk.again(row, actor=request.user.get_username(), now=timezone.now())))
        except NotAllowed as refusal:
            messages.info(request, str(refusal))
            return redirect(page(row))

    def show(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        return TemplateResponse(
            request, template, self.admin_site.each_context(request) | {"opts": self.opts} | context
        )

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if row := kwargs.get("obj"):
            context |= board(row, may_command=request.user.has_perm(MAY_COMMAND))
            if in_dialog(request):
                return fragment(request, "progress", self.change_form_outer_before_template, context)
        return super().render_change_form(request, context, *args, **kwargs)


def chosen(request: HttpRequest) -> list[ChargingStation]:
    """The stations that were selected in the list. Raises Http404 where there are none."""
    wanted = request.session.get(CHOSEN, [])
    stations = list(ChargingStation.objects.with_online().filter(pk__in=wanted).order_by("cp_id"))
    if not stations:
        raise Http404("Select stations in their list first.")
    return stations


def choose_stations(request: HttpRequest, stations: list[int]) -> HttpResponse:
    """From the list of stations to the choice of a command."""
    request.session[CHOSEN] = stations
    return redirect("admin:stations_bulkcommand_choose")


def may(request: HttpRequest, form: type[CommandForm]) -> bool:
    return request.user.has_perm(form.permission)


def bulk_form(request: HttpRequest, name: str) -> type[CommandForm]:
    form = FOR_MANY.get(name)
    if form is None:
        raise Http404
    if not may(request, form):
        raise PermissionDenied
    return form


def button(name: str) -> dict[str, str]:
    form = FOR_MANY[name]
    return {"title": form.title, "icon": form.icon, "link": reverse("admin:stations_bulkcommand_new", args=[name])}


def commanded(request: HttpRequest, bulk_id: int) -> BulkCommand | HttpResponse:
    """The bulk command of a POST by somebody who may command stations."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.has_perm(MAY_COMMAND):
        raise PermissionDenied
    return get_object_or_404(BulkCommand, pk=bulk_id)


def board(row: BulkCommand, *, may_command: bool) -> dict[str, Any]:
    counts = bulk.progress(row)
    total = sum(counts.values())
    running = row.state == BulkCommand.State.RUNNING
    repeatable = may_command and not bulk.why_not_again(row)
    later = row.again.first()
    return {
        "state": chip(row.get_state_display()),
        "open": running or counts[Item.GIVEN] > 0,
        "bar": [
            {"tone": TONES[Item(state)], "share": f"{100 * n / total:.3f}", "label": f"{n} {state}"}
            for state, n in counts.items()
            if n
        ],
        "finished": f"{total - counts[Item.WAITING] - counts[Item.GIVEN]} of {total} stations have their result",
        "cancel": reverse("admin:stations_bulkcommand_cancel", args=[row.pk]) if running and may_command else "",
        "again": reverse("admin:stations_bulkcommand_again", args=[row.pk]) if repeatable else "",
        "again_of": link(row.again_of) if row.again_of else "",
        "later": link(later) if later else "",
        "items": items(row),
    }


def items(row: BulkCommand) -> tables.Table:
    """The failed ones first, then as they were chosen."""
    rank = Case(When(state=Item.FAILED, then=0), default=1)
    rows = row.items.select_related("station", "command").order_by(rank, "pk")[:SHOWN]
    cells = [
        [
            link(item.station),
            chip(item.get_state_display(), tone=TONES[Item(item.state)]),
            link(item.command, item.result or "open") if item.command else item.result or "-",
        ]
        for item in rows
    ]
    return {"headers": ["Station", "State", "Result"], "rows": cells}
