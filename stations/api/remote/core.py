"""The routes of the Core and Remote Trigger profiles."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ocpp_ws.protocol import enumeration
from rfid.api.kit import INT32, INT64, StrictSerializer
from stations import commands
from stations.api.charging_profiles import StoredProfile
from stations.api.remote.base import Empty, RemoteControl, command, ocpp_object, wire_transaction_id
from stations.profiles.stored import start_with_profile


class StartTransaction(StrictSerializer):
    connectorId = serializers.IntegerField(source="connector_id", required=False, min_value=1, max_value=INT32)
    idTag = serializers.CharField(source="id_tag", max_length=20)
    chargingProfile = ocpp_object("RemoteStartTransaction", "chargingProfile")(
        source="charging_profile", required=False, help_text="A TxProfile without transactionId."
    )
    storedProfile = StoredProfile(help_text="In its place: the id of a TxProfile of /api/charging-profiles.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "charging_profile" in attrs and "stored" in attrs:
            raise ValidationError({"storedProfile": "Either this or chargingProfile is possible."})
        return attrs


class StopTransaction(StrictSerializer):
    transactionId = serializers.IntegerField(
        source="transaction_id", min_value=-INT64, max_value=INT64,
        help_text="The transactionId, or the id of the session; a number that is neither is sent as it is.",
    )  # fmt: skip


class ChangeAvailability(StrictSerializer):
    connectorId = serializers.IntegerField(
        source="connector_id", min_value=0, max_value=INT32, help_text="0: the whole station."
    )
    type = serializers.ChoiceField(choices=enumeration("ChangeAvailability", "type"))


class Reset(StrictSerializer):
    type = serializers.ChoiceField(choices=enumeration("Reset", "type"))


class UnlockConnector(StrictSerializer):
    connectorId = serializers.IntegerField(source="connector_id", min_value=1, max_value=INT32)


class KeyList(serializers.ListField):
    """A list of keys; a single one may come as text."""

    child = serializers.CharField(max_length=50)

    def to_internal_value(self, data: Any) -> list[str]:
        return super().to_internal_value([data] if isinstance(data, str) else data)


class GetConfiguration(StrictSerializer):
    key = KeyList(required=False, max_length=500, help_text="The wanted keys, or one as text; without it all.")


class ChangeConfiguration(StrictSerializer):
    key = serializers.CharField(max_length=50)
    value = serializers.CharField(max_length=500, allow_blank=True, trim_whitespace=False)


class DataTransfer(StrictSerializer):
    vendorId = serializers.CharField(source="vendor_id", max_length=255)
    messageId = serializers.CharField(source="message_id", max_length=50, required=False)
    data = serializers.CharField(  # type: ignore[assignment]  # the metaclass takes it out of the class
        required=False, allow_blank=True, trim_whitespace=False
    )


class TriggerMessage(StrictSerializer):
    requestedMessage = serializers.ChoiceField(
        source="requested_message", choices=enumeration("TriggerMessage", "requestedMessage")
    )
    connectorId = serializers.IntegerField(source="connector_id", required=False, min_value=1, max_value=INT32)


class CoreRoutes(RemoteControl):
    @command("start-transaction", StartTransaction)
    def start_transaction(self, request: Request, cpId: str) -> Response:
        """Ask the station to start a session. Accepted: it will try; /api/commands/{id} names the session."""
        return self.give(start_with_profile)

    @command("stop-transaction", StopTransaction)
    def stop_transaction(self, request: Request, cpId: str) -> Response:
        """Ask the station to stop a session."""
        number = wire_transaction_id(self.station(), self.members()["transaction_id"])
        return self.give(commands.remote_stop_transaction, transaction_id=number)

    @command("change-availability", ChangeAvailability)
    def change_availability(self, request: Request, cpId: str) -> Response:
        """Take a connector, or the whole station, in or out of service."""
        return self.give(commands.change_availability)

    @command("reset", Reset)
    def reset(self, request: Request, cpId: str) -> Response:
        """Restart the station."""
        return self.give(commands.reset)

    @command("unlock-connector", UnlockConnector)
    def unlock_connector(self, request: Request, cpId: str) -> Response:
        """Release the cable; ends that connector's session."""
        return self.give(commands.unlock_connector)

    @command("get-configuration", GetConfiguration)
    def get_configuration(self, request: Request, cpId: str) -> Response:
        """Read configuration keys: `configurationKey` and `unknownKey` of the answer."""
        return self.give(commands.get_configuration)

    @command("change-configuration", ChangeConfiguration)
    def change_configuration(self, request: Request, cpId: str) -> Response:
        """Set a configuration key."""
        return self.give(commands.change_configuration)

    @command("clear-cache", Empty)
    def clear_cache(self, request: Request, cpId: str) -> Response:
        """Empty the station's authorization cache."""
        return self.give(commands.clear_cache)

    @command("data-transfer", DataTransfer)
    def data_transfer(self, request: Request, cpId: str) -> Response:
        """Send a vendor's own message; `data` of the answer."""
        return self.give(commands.data_transfer)

    @command("trigger-message", TriggerMessage)
    def trigger_message(self, request: Request, cpId: str) -> Response:
        """Ask the station to send a message; it comes after the answer."""
        return self.give(commands.trigger_message)
