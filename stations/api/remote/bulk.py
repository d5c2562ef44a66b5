"""A route of remote control without a request: the same code gives the command to each station of a bulk command."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

from rfid.api.kit import INT32, INT64, StrictSerializer, permission_of
from stations import commands
from stations.api.remote import RemoteControlViewSet
from stations.api.remote.base import wire_transaction_id
from stations.api.remote.security import DeleteCertificate
from stations.api.remote.smart_charging import Limit
from stations.errors import CommandRefused
from stations.models import BulkItem, ChargingStation, Command
from stations.profiles.limit import Wish, limit_in_turn

Body = dict[str, Any]
MAY_SIGN = "stations.change_signingrequest"


class StopSessions(StrictSerializer):
    transactionId = serializers.IntegerField(
        source="transaction_id", required=False, min_value=-INT64, max_value=INT64,
        help_text="Without it every session that runs at the station.",
    )  # fmt: skip


class CancelReservations(StrictSerializer):
    reservationId = serializers.IntegerField(
        source="reservation_id", required=False, min_value=-INT32, max_value=INT32,
        help_text="Without it every reservation of the station.",
    )  # fmt: skip
    connectorId = serializers.IntegerField(
        source="connector_id", required=False, min_value=0, max_value=INT32,
        help_text="Only those of this connector; 0: those of any connector.",
    )  # fmt: skip

    def validate(self, attrs: Body) -> Body:
        if len(attrs) > 1:
            raise ValidationError({"connectorId": "Either this or reservationId is possible."})
        return attrs


class SendSigned(StrictSerializer):
    certificateChain = serializers.CharField(
        source="certificate_chain", required=False, max_length=10_000, trim_whitespace=False,
        help_text="PEM. Without it the local authority signs what the station has asked for.",
    )  # fmt: skip


def stop(station: ChargingStation, *, transaction_id: int | None = None, **how: Any) -> Command:
    if transaction_id is None:
        return commands.stop_sessions(station, **how)
    number = wire_transaction_id(station, transaction_id)
    return commands.remote_stop_transaction(station, transaction_id=number, **how)


def cancel(station: ChargingStation, *, reservation_id: int | None = None, **how: Any) -> Command:
    if reservation_id is None:
        return commands.cancel_reservations(station, **how)
    return commands.cancel_reservation(station, reservation_id=reservation_id, **how)


def send_signed(station: ChargingStation, *, actor: str, certificate_chain: str | None = None, **how: Any) -> Command:
    if certificate_chain is None:
        return commands.sign_waiting(station, actor=actor)
    return commands.certificate_signed(station, actor=actor, certificate_chain=certificate_chain, **how)


def send_limit(station: ChargingStation, *, limit: Decimal, actor: str, **members: Any) -> Command:
    wish = {name: members.pop(name) for name in ("unit", "connector_id", "minutes")}
    return limit_in_turn(station, Wish(float(limit), **wish), actor=actor, **members)


class ForMany(NamedTuple):
    """Of a command that names what belongs to one station: its body, and its function, for many."""

    body: type[StrictSerializer]
    function: Callable[..., Command]
    permission: str = commands.MAY_COMMAND


FOR_MANY = {
    "stop-transaction": ForMany(StopSessions, stop),
    "cancel-reservation": ForMany(CancelReservations, cancel),
    "delete-certificate": ForMany(DeleteCertificate, commands.delete_known_certificate),
    "certificate-signed": ForMany(SendSigned, send_signed, MAY_SIGN),
    "limit": ForMany(Limit, send_limit),
}


def routes() -> dict[str, Any]:
    """Last part of the address -> the method of the viewset, in the order of the addresses."""
    methods: list[Any] = RemoteControlViewSet.get_extra_actions()
    return {method.url_path: method for method in sorted(methods, key=lambda method: method.url_path)}


def members_of(command: str, body: Body) -> dict[str, Any]:
    """A body checked as its route would. Raises ValidationError."""
    method = routes().get(command)
    if method is None:
        raise ValidationError({"command": f"There is no command {command}; there are {', '.join(routes())}."})
    own = FOR_MANY.get(command)
    serializer = (own.body if own else method.kwargs["serializer_class"])(data=body)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def permission_for(command: str) -> str:
    """What giving it asks beside MAY_COMMAND; as its route for one station, or the admin. Raises KeyError."""
    own = FOR_MANY.get(command)
    return own.permission if own else permission_of(RemoteControlViewSet, routes()[command].__name__)


class ToOne(RemoteControlViewSet):
    """A route for one station, whose command is kept instead of answered; nobody waits for its end."""

    def __init__(self, item: BulkItem, idempotency_key: str) -> None:
        super().__init__()
        self._item, self._key = item, idempotency_key
        self.command: Command

    def station(self) -> ChargingStation:
        return self._item.station

    def members(self) -> dict[str, Any]:
        return members_of(self._item.bulk.command, self._item.bulk.body)

    def ask(self, function: Any, station: ChargingStation, arguments: dict[str, Any]) -> Response:
        how = {"actor": self._item.bulk.actor, "wait": 0, "idempotency_key": self._key}
        self.command = function(station, **how, **arguments)
        return Response()

    def seed(self) -> str:
        return f"{self._item.bulk.actor}:{self._key}"


def give(item: BulkItem, idempotency_key: str) -> Command:
    """See stations.bulk.Give. Raises CommandRefused."""
    one, command = ToOne(item, idempotency_key), item.bulk.command
    try:
        if own := FOR_MANY.get(command):
            one.give(own.function)
        else:
            routes()[command](one, None, cpId=item.station.cp_id)
    except APIException as error:
        raise CommandRefused(str(error.detail)) from None
    return one.command
