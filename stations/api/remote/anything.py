"""The route for any CALL."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from rfid.api.kit import StrictSerializer
from stations import commands
from stations.api.remote.base import RemoteControl, command

PERMISSION = "stations.add_command"


class AnyCall(StrictSerializer):
    action = serializers.ChoiceField(choices=commands.OUTGOING)
    payload = serializers.DictField(help_text="As the schema of the action says; its members stay in their order.")


class AnyCallRoute(RemoteControl):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.action == "call":
            require_permission(request)

    @command("call", AnyCall)
    def call(self, request: Request, cpId: str) -> Response:
        """Send any CALL of a central system, for experts: nothing but its schema is checked."""
        return self.give(commands.call)


def require_permission(request: Request) -> None:
    if request.user.is_authenticated and not request.user.has_perm(PERMISSION):
        raise PermissionDenied(f"Only who has the permission {PERMISSION} may send any CALL.")
