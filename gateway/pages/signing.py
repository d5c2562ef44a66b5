"""The page of a signing request: what the station asks for, and what an operator can do about it.

Own view, never the change form's POST: nothing in the request is edited by hand.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from gateway.pages import tables
from stations.admin import SigningRequestAdmin
from stations.admin.commands import outcome
from stations.admin.security import request_state
from stations.admin.show import link, page
from stations.certificates import authority, refuse, sign
from stations.certificates.signing import CannotSign
from stations.models import Command, SigningRequest

PERMISSION = "stations.change_signingrequest"


class SigningRequestPage(SigningRequestAdmin):
    change_form_outer_before_template = "gateway/signing.html"

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "stations_signingrequest_"
        own = [
            path("<int:request_id>/decide/", wrap(self.decide), name=f"{name}decide"),
            path("<int:request_id>/csr/", wrap(self.csr), name=f"{name}csr"),
        ]
        return [*own, *super().get_urls()]

    def decide(self, request: HttpRequest, request_id: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        row = get_object_or_404(SigningRequest, pk=request_id)
        (self.refuse if "refuse" in request.POST else self.sign)(request, row)
        return redirect(page(row))

    def sign(self, request: HttpRequest, row: SigningRequest) -> None:
        chain = request.POST.get("chain", "")
        if "paste" in request.POST and not chain.strip():
            messages.error(request, "Paste the chain that your authority signed.")
            return
        try:
            with transaction.atomic():
                sign(row, by=request.user.get_username(), now=timezone.now(), chain=chain)
        except CannotSign as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "It is signed, and goes to the station as soon as that is connected.")

    def refuse(self, request: HttpRequest, row: SigningRequest) -> None:
        if refuse(row, by=request.user.get_username(), now=timezone.now()):
            messages.success(request, "It is refused; the same request is answered Rejected from now on.")
        else:
            messages.error(request, "It was decided already.")

    def csr(self, request: HttpRequest, request_id: int) -> HttpResponse:
        """The request as a file, for an authority elsewhere."""
        row = get_object_or_404(SigningRequest, pk=request_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        name = f'attachment; filename="request-{row.pk}.csr"'
        return HttpResponse(row.csr, content_type="application/pkcs10", headers={"Content-Disposition": name})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        row = kwargs.get("obj")
        if row:
            context |= board(row, may_decide=request.user.has_perm(PERMISSION))
        return super().render_change_form(request, context, *args, **kwargs)


def board(row: SigningRequest, *, may_decide: bool) -> dict[str, Any]:
    on_its_way = row.command is not None and row.command.state in Command.OPEN
    return {
        "state": request_state(row),
        "facts": facts(row),
        "signable": may_decide and row.state in SigningRequest.SIGNABLE and not on_its_way,
        "refusable": may_decide and row.state in (SigningRequest.State.PENDING, SigningRequest.State.REJECTED),
        "authority": bool(authority.certificates()),
        "decide": reverse("admin:stations_signingrequest_decide", args=[row.pk]),
        "download": reverse("admin:stations_signingrequest_csr", args=[row.pk]),
    }


def facts(row: SigningRequest) -> list[tuple[str, Any]]:
    about: list[tuple[str, Any]] = [
        ("Station", link(row.station)),
        ("Subject", row.subject or "-"),
        ("Key", row.key_words or "-"),
        ("Received", tables.when(row.received_at)),
        ("Triggered here", "yes" if row.asked_for else "no"),
    ]
    if row.decided_at:
        about.append(("Decided", f"{tables.when(row.decided_at)} by {row.decided_by}"))
    if row.command:
        about.append(("CertificateSigned", link(row.command, outcome(row.command))))
    return about
