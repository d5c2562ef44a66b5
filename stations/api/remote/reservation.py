"""The routes of the Reservation profile."""

from datetime import datetime

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from rfid.api.kit import INT32, StrictSerializer, UtcDateTimeField
from stations import commands
from stations.api.remote.base import RemoteControl, command


class ReserveNow(StrictSerializer):
    connectorId = serializers.IntegerField(
        source="connector_id",
        min_value=0,
        max_value=INT32,
        help_text="0: any one, where the station can do that.",
    )
    expiryDate = UtcDateTimeField(source="expiry_date", help_text="Until when; in the future.")
    idTag = serializers.CharField(source="id_tag", max_length=20)
    parentIdTag = serializers.CharField(
        source="parent_id_tag", max_length=20, required=False, help_text="Cards of this group may use it as well."
    )
    reservationId = serializers.IntegerField(
        source="reservation_id", min_value=1, max_value=INT32, required=False,
        help_text="Without it the gateway chooses one; one that the station knows replaces that reservation.",
    )  # fmt: skip

    def validate_expiryDate(self, moment: datetime) -> datetime:
        if moment <= timezone.now():
            raise serializers.ValidationError("A time in the future is needed.")
        return moment


class CancelReservation(StrictSerializer):
    reservationId = serializers.IntegerField(source="reservation_id", min_value=-INT32, max_value=INT32)


class ReservationRoutes(RemoteControl):
    @command("reserve-now", ReserveNow)
    def reserve_now(self, request: Request, cpId: str) -> Response:
        """Keep a connector for a card; `reservationId` of the answer. Occupied, Faulted, ...: it is not reserved."""
        return self.give(commands.reserve_now)

    @command("cancel-reservation", CancelReservation)
    def cancel_reservation(self, request: Request, cpId: str) -> Response:
        """Give a reserved connector free. Rejected: the station holds no such reservation."""
        return self.give(commands.cancel_reservation)
