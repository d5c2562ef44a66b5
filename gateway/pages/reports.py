"""The report: energy and sessions of a chosen time, by day, station or card, as a chart, a table and a CSV file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gateway.pages import charts
from gateway.pages.board import Number
from gateway.pages.forms.base import SELECT, TEXT
from gateway.pages.tables import Table, text_link
from gateway.pages.usage import Period, Use, by_card, by_station, by_time, day_or_month, in_words, named, on_axis
from rfid.csv_files import Cell, csv_text
from rfid.models import RfidCard
from sessions_app.exports import CsvAnswer, with_bom
from sessions_app.models import ChargingSession
from stations.admin.show import link, listing, may_view
from stations.admin.tables import parse_day
from stations.models import ChargingStation

DAYS = 30  # unless others are asked for
MOST_DAYS = 366
SHOWN = 100  # rows of the table; the file has them all
RANKED = 15  # bars of the largest


@dataclass(frozen=True, slots=True)
class By:
    """One way to sum: whose rows are named, and who may see them; `cells` name one in the file."""

    title: Any
    sums: Callable[[Period], list[Use]]
    model: type[Model]
    headers: Sequence[str]
    cells: Callable[[Any], list[Cell]]


BY = {
    "day": By(gettext_lazy("Day"), by_time, ChargingSession, ["day"], lambda one: [iso(one)]),
    "station": By(
        gettext_lazy("Station"), by_station, ChargingStation, ["cpId", "name", "site"],
        lambda one: [one.cp_id, one.name, one.site],
    ),
    "card": By(
        gettext_lazy("Card"), by_card, RfidCard, ["tagId", "holder"],
        lambda one: [one.tag_id, one.holder] if one else ["", ""],
    ),
}  # fmt: skip


class DayWidget(TEXT):
    """The browser's own calendar."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        return value.isoformat() if isinstance(value, date) else super().format_value(value)


class ReportForm(forms.Form):
    """What is not asked for has a default, so nothing is marked as required."""

    by = forms.ChoiceField(label=gettext_lazy("By"), widget=SELECT, required=False)
    first = forms.DateField(label=gettext_lazy("From"), widget=DayWidget, required=False)
    last = forms.DateField(label=gettext_lazy("To"), widget=DayWidget, required=False)

    def __init__(self, request: HttpRequest) -> None:
        today = timezone.localdate()
        default = {"by": "day", "first": (today - timedelta(days=DAYS - 1)).isoformat(), "last": today.isoformat()}
        super().__init__(default | {name: request.GET[name] for name in default if request.GET.get(name)})
        self.fields["by"].choices = [  # type: ignore[attr-defined]
            (name, way.title) for name, way in BY.items() if may_view(way.model)(request)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last:
            if not (parse_day(str(first)) and parse_day(str(last))):
                raise forms.ValidationError(_("These days are out of any calendar."))
            if first > last:
                raise forms.ValidationError(_("The first day is after the last one. Exchange them."))
            if (last - first).days >= MOST_DAYS:
                raise forms.ValidationError(_("Choose up to %d days.") % MOST_DAYS)
        return cleaned


def reports(request: HttpRequest) -> HttpResponseBase:
    if not may_view(ChargingSession)(request):
        raise PermissionDenied
    form = ReportForm(request)
    context = admin.site.each_context(request) | {"title": _("Reports"), "form": form, "ranges": ranges(form)}
    if form.is_valid():
        period = Period(form.cleaned_data["first"], form.cleaned_data["last"])
        way = BY[form.cleaned_data["by"]]
        uses = way.sums(period)
        if "csv" in request.GET:
            name = f"{form.cleaned_data['by']}-{period.first}-{period.last}"
            return CsvAnswer(request, name, with_bom([csv_of(way, with_names(way, uses)).encode()]))
        context |= of_uses(way, uses, period)
    return TemplateResponse(request, "gateway/reports.html", context)


def with_names(way: By, uses: list[Use]) -> list[Use]:
    return uses if way is BY["day"] else named(uses, way.model)


def ranges(form: ReportForm) -> list[dict[str, Any]]:
    """Usual times, one click away."""
    today = timezone.localdate()
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    before = month - timedelta(days=1)
    usual = [
        (_("7 days"), today - timedelta(days=6), today),
        (_("30 days"), today - timedelta(days=29), today),
        (_("This month"), month, today),
        (_("Last month"), before.replace(day=1), before),
        (_("This year"), year, today),
    ]
    by, *chosen = (form.data[name] for name in ("by", "first", "last"))
    return [
        {"title": title, "link": f"?{urlencode({'by': by, 'first': str(first), 'last': str(last)})}",
         "chosen": chosen == [str(first), str(last)]}
        for title, first, last in usual
    ]  # fmt: skip


def of_uses(way: By, uses: list[Use], period: Period) -> dict[str, Any]:
    by = next(name for name, one in BY.items() if one is way)
    asked = {"by": by, "first": str(period.first), "last": str(period.last), "csv": "1"}
    chosen = {"download": f"?{urlencode(asked)}", "zone": timezone.get_current_timezone_name()}
    sessions, wh = sum(one.sessions for one in uses), sum(one.wh for one in uses)
    doubtful = sum(one.doubtful for one in uses)
    shown = with_names(way, uses[:SHOWN])
    drawn = in_time(shown) if way is BY["day"] else largest(shown, period)
    return chosen | drawn | {
        "numbers": [
            Number(_("Energy"), in_words(wh), "", "blue"),
            Number(_("Sessions"), f"{sessions:,}", sessions_of(period, period), ""),
            Number(_("Energy of a session"), in_words(wh / sessions) if sessions else "-", ""),
            Number(_("Energy of a day"), in_words(wh / period.days), ""),
        ],
        "table": table(way, shown, period, wh),
        "not_shown": max(0, len(uses) - SHOWN),
        "doubtful": left_out(doubtful) if doubtful else "",
    }  # fmt: skip


def left_out(doubtful: int) -> str:
    one = "%d session is counted without its energy, which is negative or more than a vehicle can take."
    many = "%d sessions are counted without their energy, which is negative or more than a vehicle can take."
    return ngettext(one, many, doubtful) % doubtful


def in_time(uses: list[Use]) -> dict[str, Any]:
    places = [charts.Place(name(one.of), on_axis(one.of), sessions_of(one.of, one.of)) for one in uses]
    return {
        "columns": [
            charts.columns(_("Energy"), "blue", places, [one.wh for one in uses], in_words),
            charts.columns(_("Sessions"), "teal", places, [one.sessions for one in uses], "{:,}".format),
        ]
    }


def largest(uses: list[Use], period: Period) -> dict[str, Any]:
    top = uses[:RANKED]
    return {
        "ranks": charts.ranks(
            [(name(one.of), in_words(one.wh), one.wh, sessions_of(period, one.of)) for one in top if one.wh]
        )
    }


def table(way: By, shown: list[Use], period: Period, wh: int) -> Table:
    rows = [
        [called(one.of), counted(one, sessions_of(period, one.of)), in_words(one.wh),
         in_words(one.wh / one.sessions) if one.sessions else "-", f"{100 * one.wh / wh:.1f} %" if wh else "-"]
        for one in shown
    ]  # fmt: skip
    monthly = way is BY["day"] and shown[0].of.monthly
    first = _("Month") if monthly else way.title
    return {"headers": [first, _("Sessions"), _("Energy"), _("Energy of a session"), _("Share")], "rows": rows}


def counted(use: Use, address: str) -> str:
    count = f"{use.sessions:,}"
    return text_link(address, count) if address else count


def called(one: Any) -> Any:
    if isinstance(one, ChargingStation):
        return link(one)
    return link(one, f"{one} {one.holder}".strip()) if isinstance(one, RfidCard) else name(one)


def name(one: Any) -> str:
    if isinstance(one, Period):
        return day_or_month(one)
    return _("No card") if one is None else str(one)


def sessions_of(period: Period, one: Any) -> str:
    """The address of these sessions in their list; empty where `one` is None: no filter finds those without a card."""
    if one is None:
        return ""
    days = one if isinstance(one, Period) else period
    lookups: dict[str, Any] = {"started_at_from": days.first, "started_at_to": days.last}
    if isinstance(one, ChargingStation):
        lookups["station__id__exact"] = one.pk
    elif isinstance(one, RfidCard):
        lookups["card__id__exact"] = one.pk
    return listing(ChargingSession, **lookups)


def iso(part: Period) -> str:
    return f"{part.first:%Y-%m}" if part.monthly else part.first.isoformat()


def csv_of(way: By, uses: list[Use]) -> str:
    first = ["month"] if way is BY["day"] and uses[0].of.monthly else way.headers
    rows = [[*way.cells(one.of), one.sessions, one.wh, one.doubtful] for one in uses]
    return csv_text([[*first, "sessions", "energyWh", "doubtfulSessions"], *rows])
