"""Which of Django's permissions a writing route asks: the one that the admin asks for the same act."""

from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

VERBS = {"create": "add", "destroy": "delete"}  # whatever else writes, changes


def permission_of(view: Any, action: str) -> str:
    """Of a viewset's action: what its `permissions` say, else add, change or delete of its model."""
    own: str | None = getattr(view, "permissions", {}).get(action)
    meta = view.queryset.model._meta
    return own or f"{meta.app_label}.{VERBS.get(action, 'change')}_{meta.model_name}"


def require(request: Request, permission: str) -> None:
    """Raises PermissionDenied where a user lacks it. Who has no login was let in as a whole, or not at all."""
    if request.user.is_authenticated and not request.user.has_perm(permission):
        who = request.user.get_username()
        raise PermissionDenied(f"{who} lacks the permission {permission}; an administrator can give it at /admin/.")
