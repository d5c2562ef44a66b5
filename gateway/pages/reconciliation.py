"""The page of a reconciliation item: what happened, the frame, the sessions it may be about, and a click for each fix.

Own view, never the change form's POST: nothing in the item is edited by hand.
"""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from gateway.pages import tables
from sessions_app.admin import ReconciliationAdmin, whole_number
from sessions_app.models import ChargingSession, ReconciliationItem
from sessions_app.services.settle import CANDIDATES, NotPossible, candidates, fixes_of, settle
from stations.admin.show import chip, kwh, link, page

FRAME = 20_000  # characters: the whole of all but the longest
PERMISSION = "sessions_app.change_reconciliationitem"


class ReconciliationPage(ReconciliationAdmin):
    change_form_outer_before_template = "gateway/reconciliation.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.fix)
        own = path("<int:item_id>/fix/<slug:name>/", view, name="sessions_app_reconciliationitem_fix")
        return [own, *super().get_urls()]

    def fix(self, request: HttpRequest, item_id: int, name: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        item = get_object_or_404(ReconciliationItem, pk=item_id)
        session = whole_number(request.POST.get("session", "")) or None
        try:
            settle(
                item_id=item.pk, name=name, by=request.user.get_username(), now=timezone.now(), session_id=session
            )  # fmt: skip
        except NotPossible as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "It is settled.")
        return redirect(page(item))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        item = kwargs.get("obj")
        if item:
            context |= board(item, may_fix=request.user.has_perm(PERMISSION))
        return super().render_change_form(request, context, *args, **kwargs)


def board(item: ReconciliationItem, *, may_fix: bool) -> dict[str, Any]:
    offered = fixes_of(item).items() if may_fix and item.resolved_at is None else ()
    buttons = [
        {
            "title": fix.title,
            "address": reverse("admin:sessions_app_reconciliationitem_fix", args=[item.pk, name]),
            "chooses": fix.chooses,
        }
        for name, fix in offered
    ]
    return {
        "kind": chip(item.get_kind_display(), tone="grey" if item.resolved_at else "orange"),
        "facts": facts(item),
        "candidates": possible(item, [one for one in buttons if one["chooses"]]),
        "fixes": [one for one in buttons if not one["chooses"]],
        "frame": json.dumps(item.payload, indent=2, ensure_ascii=False)[:FRAME] if item.payload else "",
    }


def facts(item: ReconciliationItem) -> list[tuple[str, Any]]:
    about: list[tuple[str, Any]] = [
        ("Station", link(item.station)),
        ("Session", link(item.session)),
        ("Received", tables.when(item.created_at)),
    ]
    if item.resolved_at is None:
        return about
    return [*about, ("Resolved", f"{tables.when(item.resolved_at)} by {item.resolved_by}"), ("How", item.resolution)]


def possible(item: ReconciliationItem, buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sessions to choose from, each with what tells whether it fits."""
    return [candidate(session, buttons) for session in candidates(item)[:CANDIDATES]] if buttons else []


def candidate(session: ChargingSession, buttons: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "pk": session.pk,
        "buttons": buttons,
        "cells": [
            link(session, tables.when(session.started_at)),
            f"connector {session.connector_number}",
            session.id_tag or "-",
            chip(session.status),
            f"{session.meter_start} Wh",
            kwh(session.energy_wh),
        ],
    }
