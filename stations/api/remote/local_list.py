"""The routes of the Local Auth List Management profile."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ocpp_ws.protocol import enumeration
from rfid.api.kit import INT32, StrictSerializer
from stations import commands
from stations.api.remote.base import Empty, RemoteControl, command, ocpp_object


class SendLocalList(StrictSerializer):
    listVersion = serializers.IntegerField(
        source="list_version", min_value=1, max_value=INT32, help_text="Greater than the station's own."
    )
    localAuthorizationList = ocpp_object("SendLocalList", "localAuthorizationList")(
        source="local_authorization_list", required=False
    )
    updateType = serializers.ChoiceField(source="update_type", choices=enumeration("SendLocalList", "updateType"))


class FillLocalList(StrictSerializer):
    full = serializers.BooleanField(required=False, help_text="Begin anew, whatever the list holds.")


class LocalListRoutes(RemoteControl):
    @command("get-local-list-version", Empty)
    def get_local_list_version(self, request: Request, cpId: str) -> Response:
        """Ask for the version of the local list: `listVersion`; 0: it is empty, -1: the station has none."""
        return self.give(commands.get_local_list_version)

    @command("send-local-list", SendLocalList)
    def send_local_list(self, request: Request, cpId: str) -> Response:
        """Send a local list, or changes to it, as it is. To send the cards: fill-local-list."""
        return self.give(commands.send_local_list)

    @command("fill-local-list", FillLocalList)
    def fill_local_list(self, request: Request, cpId: str) -> Response:
        """Make the local list hold the cards: the answer is of the first step, GET .../local-list shows the rest."""
        return self.give(commands.fill_local_list)
