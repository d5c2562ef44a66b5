"""What the remote-control routes take, under OCPP's names, and what they give."""

from typing import Any

from django.db.models import Q
from rest_framework import serializers

from rfid.api.kit import StrictSerializer
from stations.models import ChargingStation

INT32, INT64 = 2**31 - 1, 2**63 - 1


class StartTransaction(StrictSerializer):
    connectorId = serializers.IntegerField(source="connector_id", required=False, min_value=1, max_value=INT32)
    idTag = serializers.CharField(source="id_tag", max_length=20)


class StopTransaction(StrictSerializer):
    transactionId = serializers.IntegerField(
        source="transaction_id", min_value=-INT64, max_value=INT64,
        help_text="The transactionId, or the id of the session; a number that is neither is sent as it is.",
    )  # fmt: skip


class ChangeAvailability(StrictSerializer):
    connectorId = serializers.IntegerField(
        source="connector_id", min_value=0, max_value=INT32, help_text="0: the whole station."
    )
    type = serializers.ChoiceField(choices=["Operative", "Inoperative"])


class Reset(StrictSerializer):
    type = serializers.ChoiceField(choices=["Soft", "Hard"])


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


class CommandResult(serializers.Serializer[Any]):
    """The station's answer: its own members (GetConfiguration: configurationKey, unknownKey) and these."""

    commandId = serializers.IntegerField()
    status = serializers.CharField(help_text="The station's own word.")
    accepted = serializers.BooleanField()
    latencyMs = serializers.IntegerField()


class CommandUnderWay(serializers.Serializer[Any]):
    commandId = serializers.IntegerField()
    state = serializers.CharField()


def wire_transaction_id(station: ChargingStation, number: int) -> int:
    """The number that the station was told for its session of that id or transactionId; else `number` itself."""
    session = station.sessions.filter(Q(pk=number) | Q(transaction_id=number)).values_list("transaction_id", flat=True)
    return session.first() or number
