"""The route for any CALL."""

from typing import ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from rfid.api.kit import StrictSerializer
from stations import commands
from stations.api.remote.base import RemoteControl, command


class AnyCall(StrictSerializer):
    action = serializers.ChoiceField(choices=commands.OUTGOING)
    payload = serializers.DictField(help_text="As the schema of the action says; its members stay in their order.")


class AnyCallRoute(RemoteControl):
    permissions: ClassVar[dict[str, str]] = {"call": commands.MAY_CALL}

    @command("call", AnyCall)
    def call(self, request: Request, cpId: str) -> Response:
        """Send any CALL of a central system, for experts: nothing but its schema is checked."""
        return self.give(commands.call)
