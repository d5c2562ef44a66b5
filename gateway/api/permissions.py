"""Who may use the REST API (docs/security.md)."""

from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from rfid.api.kit import permission_of, require

LOCAL_NAMES = {"localhost", "127.0.0.1", "[::1]"}
FORWARDED = ("HTTP_X_FORWARDED", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
LOG_IN = "Log in at /admin/ as a staff user and use that session."


class ApiAccess(BasePermission):
    """Staff, by session, who may write what the admin lets them write; in the profile dev also who has no login but
    sits at this very machine.

    A web page in that person's browser is not them: anonymous writes need what a foreign page cannot send.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.user.is_authenticated:
            if not request.user.is_staff:
                raise PermissionDenied("This user is not a staff member; an administrator can change that at /admin/.")
            if action := written_by(request, view):
                require(request, permission_of(view, action))
            return True
        if settings.GATEWAY_PROFILE != "dev":
            raise NotAuthenticated(LOG_IN)
        why = not_local(request) or (None if request.method in SAFE_METHODS else not_deliberate(request))
        if why:
            raise NotAuthenticated(f"{why} {LOG_IN}")
        return True


def written_by(request: Request, view: Any) -> str | None:
    """The viewset's action that this request writes with; None: it reads, or there is none (405)."""
    if request.method in SAFE_METHODS:
        return None
    actions: dict[str, str] = getattr(view, "action_map", {})
    return actions.get((request.method or "").lower())


def not_local(request: Request) -> str | None:
    """Why this request does not come from this machine; None if it does."""
    if not is_loopback(request.META.get("REMOTE_ADDR", "")):
        return "Without login the API answers this machine only."
    if any(name.startswith(FORWARDED) for name in request.META):
        return "Without login the API answers no proxy: the request has a forwarding header."
    return None


def not_deliberate(request: Request) -> str | None:
    """Why this may be a web page's request and not its user's (DNS rebinding, cross-site forms); None if it is not."""
    host = request.META.get("HTTP_HOST", "").lower()
    if split_domain_port(host)[0] not in LOCAL_NAMES:
        return "Without login, writes must be addressed to localhost."
    if request.META.get("HTTP_ORIGIN", f"http://{host}").lower() not in (f"http://{host}", f"https://{host}"):
        return "Without login, writes must not come from a page of another origin."
    if request.META.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin"):
        return "Without login, writes must not come from a page of another site."
    if not is_json(request):
        return "Without login, writes must have the Content-Type application/json."
    return None


def is_json(request: Request) -> bool:
    kind = (request.content_type or "").split(";")[0].strip().lower()
    # nothing at all, as `curl -X DELETE` sends it: a form always has a type, and a script's request an Origin
    return kind == "application/json" or (not kind and request.META.get("CONTENT_LENGTH") in (None, "", "0"))


def is_loopback(address: str) -> bool:
    try:
        peer = ip_address(address)
    except ValueError:
        return False
    return (getattr(peer, "ipv4_mapped", None) or peer).is_loopback
