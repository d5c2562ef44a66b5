"""Cards from a CSV file: uploaded, looked at row by row, and written only then."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.options import ModelAdmin
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminFileFieldWidget

from gateway.pages import tables
from rfid.csv_files import (
    COLUMNS,
    MOST_BYTES,
    Change,
    NotReadable,
    Outcome,
    Plan,
    PlannedRow,
    Sheet,
    apply,
    plan_cards,
    read_sheet,
)
from rfid.csv_files.reading import Line
from rfid.models import RfidCard
from stations.admin.show import chip, listing

SHOWN = 500  # rows on the page; the ones to look at come first
VALID_SECONDS = 3600  # between the preview and its confirmation
SALT = "cards from a file"
FIRST = (Outcome.ERROR, Outcome.CHANGED, Outcome.NEW, Outcome.UNCHANGED)
TONES = {Outcome.NEW: "green", Outcome.CHANGED: "blue", Outcome.UNCHANGED: "grey", Outcome.ERROR: "red"}
WORDS = {
    Outcome.NEW: gettext_lazy("new"), Outcome.CHANGED: gettext_lazy("changed"),
    Outcome.UNCHANGED: gettext_lazy("unchanged"), Outcome.ERROR: gettext_lazy("error"),
}  # fmt: skip


class UploadForm(forms.Form):
    title, icon = gettext_lazy("Preview the import"), "preview"
    explanation = gettext_lazy(
        "The first line names the columns: tagId, and any of status, validUntil, holder, parentIdTag, maxSessions and "
        "note. A card with that tag is changed, another one is made; none is deleted. Nothing is written yet."
    )
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,text/csv"}),
        help_text=gettext_lazy("Separated by comma, semicolon or tab; up to 1 MB and 10,000 rows."),
    )

    def clean(self) -> dict[str, Any]:
        """`sheet` and its `plan`, or why there are none."""
        cleaned = dict(super().clean() or {})
        if file := cleaned.get("file"):
            try:
                cleaned["sheet"] = read_sheet(file.read(MOST_BYTES + 1))
                cleaned["plan"] = plan_cards(cleaned["sheet"])
            except NotReadable as error:
                self.add_error("file", str(error))
        return cleaned


def may_import(admin: ModelAdmin, request: HttpRequest) -> bool:
    return bool(admin.has_add_permission(request) and admin.has_change_permission(request))


def import_cards(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The view, for who may add and change cards."""
    if not may_import(admin, request):
        raise PermissionDenied
    if "sheet" in request.POST:
        return confirmed(admin, request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return preview(admin, request, form.cleaned_data["sheet"], form.cleaned_data["plan"])
    return show(admin, request, "gateway/command_form.html", {"form": form, "back": listing(RfidCard)})


def preview(admin: ModelAdmin, request: HttpRequest, sheet: Sheet, plan: Plan) -> HttpResponse:
    lines = [(line.number, line.cells) for line in sheet.lines]
    context = {
        "sheet": signing.dumps([sheet.headers, lines], salt=SALT, compress=True), "seen": plan.fingerprint(),
        "writes": len(plan.of(Outcome.NEW, Outcome.CHANGED)),
    }  # fmt: skip
    return show(admin, request, "gateway/card_import.html", context | of_plan(plan, FIRST))


def confirmed(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    try:
        headers, lines = signing.loads(request.POST["sheet"], salt=SALT, max_age=VALID_SECONDS)
    except signing.BadSignature:
        messages.error(request, _("The preview is too old. Upload the file again."))
        return redirect("admin:rfid_rfidcard_import")
    sheet = Sheet(headers, [Line(number, cells) for number, cells in lines])
    plan = plan_cards(sheet)
    try:
        if plan.fingerprint() != request.POST.get("seen"):
            raise IntegrityError
        new, changed = apply(plan)
    except IntegrityError:
        messages.warning(request, _("Cards have changed meanwhile, and nothing was written. Look at the rows again."))
        return preview(admin, request, sheet, plan_cards(sheet))
    log(request, new, changed)
    messages.success(request, done(len(new), len(changed)))
    if not plan.of(Outcome.ERROR):
        return redirect(listing(RfidCard))
    return show(admin, request, "gateway/card_import.html", of_plan(plan, (Outcome.ERROR,)))


def log(request: HttpRequest, new: list[RfidCard], changed: list[RfidCard]) -> None:
    for cards, flag in ((new, ADDITION), (changed, CHANGE)):
        if cards:
            LogEntry.objects.log_actions(request.user.pk or 0, cards, flag, _("From a CSV file."))


def done(new: int, changed: int) -> str:
    told = (
        ngettext("%d card is new", "%d cards are new", new) % new,
        ngettext("%d is changed", "%d are changed", changed) % changed,
    )
    return f"{', '.join(told)}."


def show(admin: ModelAdmin, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    shared = admin.admin_site.each_context(request) | {"opts": admin.opts, "title": _("Import cards")}
    back = {"back": reverse("admin:rfid_rfidcard_import"), "all_cards": listing(RfidCard)}
    return TemplateResponse(request, template, shared | back | context)


def of_plan(plan: Plan, outcomes: tuple[Outcome, ...]) -> dict[str, Any]:
    """Counts, and the rows of these outcomes in this order."""
    counts = plan.counts()
    rows = [row for outcome in outcomes for row in plan.of(outcome)]
    return {
        "counts": [chip(f"{WORDS[one]}: {counts[one]}", tone=TONES[one]) for one in outcomes if counts[one]],
        "errors": counts[Outcome.ERROR],
        "table": {
            "headers": [_("Line"), _("Card"), _("Result"), _("What")],
            "rows": [[row.line, row.tag or "-", chip(str(WORDS[row.outcome]), tone=TONES[row.outcome]), what(row)]
                     for row in rows[:SHOWN]],
        },
        "not_shown": max(0, len(rows) - SHOWN),
    }  # fmt: skip


NAMES = {column.field: column.name for column in COLUMNS}


def what(row: PlannedRow) -> Any:
    if row.outcome == Outcome.ERROR:
        return format_html_join("\n", "<p>{}</p>", ((problem,) for problem in row.problems))
    if row.outcome == Outcome.NEW:
        told = [(NAMES[name], value) for name, value in row.values.items() if name != "tag_id" and value != ""]
        return ", ".join(f"{name} {worded(name, value)}" for name, value in told)
    return ", ".join(change_in_words(change) for change in row.changes)


def change_in_words(change: Change) -> str:
    before, after = (worded(NAMES[change.field], value) for value in (change.before, change.after))
    return f"{NAMES[change.field]}: {before} → {after}"


def worded(name: str, value: Any) -> str:
    if isinstance(value, datetime):
        return tables.when(value)
    if value is None:
        return _("any number") if name == "maxSessions" else _("no end")
    return str(value) or _("empty")
