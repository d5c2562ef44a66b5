"""What the routes of remote control share: the body's check, the waiting, the answer."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from ocpp_ws.protocol import member_schema
from rfid.api.kit import SEGMENT, StrictSerializer
from rfid.api.kit.filters import refuse_unknown
from stations.api.outcome import outcome, refused
from stations.api.stations import station_or_404
from stations.errors import CommandRefused
from stations.giving import How
from stations.models import ChargingStation, Command

LONGEST_WAIT = 600  # seconds
LONGEST_PATIENCE = 24 * 3600  # seconds
LONGEST_KEY = 100
OPTIONS = [
    OpenApiParameter("wait", float, description="Seconds to wait for the answer; 0: 202 at once. Also: Prefer."),
    OpenApiParameter("waitForOnline", float, description="Seconds that it may wait for an absent station."),
    OpenApiParameter(
        "Idempotency-Key", str, OpenApiParameter.HEADER, description="The same command with the same key is given once."
    ),
]


class CommandResult(serializers.Serializer[Any]):
    """The station's answer: its own members (GetConfiguration: configurationKey, unknownKey), what the gateway chose
    (ReserveNow: reservationId), and these."""

    commandId = serializers.IntegerField()
    status = serializers.CharField(help_text="The station's own word.")
    accepted = serializers.BooleanField()
    latencyMs = serializers.IntegerField()


class CommandUnderWay(serializers.Serializer[Any]):
    commandId = serializers.IntegerField()
    state = serializers.CharField()


class Empty(StrictSerializer):
    """A command without members."""


ANSWERS = {200: CommandResult, 202: CommandUnderWay}


def ocpp_object(action: str, *path: str) -> type[serializers.JSONField]:
    """A field for a nested member of a CALL, documented by the official schema; the outbox checks it."""

    @extend_schema_field(member_schema(action, *path))
    class OcppObject(serializers.JSONField):
        pass

    return OcppObject


def command(path: str, body: type[StrictSerializer]) -> Callable[[Any], Any]:
    """A remote-control route: POST /api/admin/{cpId}/`path` with `body`."""

    def wrap(method: Any) -> Any:
        route = action(detail=True, methods=["post"], url_path=path, url_name=path, serializer_class=body)(method)
        return extend_schema(request=body, responses=ANSWERS, parameters=OPTIONS, tags=["admin"])(route)

    return wrap


class RemoteControl(GenericViewSet[ChargingStation]):
    """Base of each profile's routes."""

    queryset = ChargingStation.objects.all()
    pagination_class = None
    filter_backends = ()
    lookup_url_kwarg = "cpId"
    lookup_value_regex = SEGMENT

    def give(self, function: Callable[..., Command], **more: Any) -> Response:
        """Call a function of stations.commands with the members of the body; `more` replaces or adds some."""
        return self.ask(function, self.station(), self.members() | more)

    def ask(self, function: Callable[..., Command], station: ChargingStation, arguments: dict[str, Any]) -> Response:
        try:
            return outcome(function(station, actor=actor(self.request), **how(self.request), **arguments))
        except CommandRefused as refusal:
            raise refused(refusal) from None

    def station(self) -> ChargingStation:
        return station_or_404(self.kwargs["cpId"])

    def members(self) -> dict[str, Any]:
        """The body's members by the names of the function's arguments. Raises ValidationError."""
        refuse_unknown(self.request, {"wait", "waitForOnline"})
        body = self.get_serializer(data=self.request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)


def actor(request: Request) -> str:
    """Who asks, for the audit trail."""
    if request.user.is_authenticated:
        return request.user.get_username()
    return f"anonymous@{request.META.get('REMOTE_ADDR', '?')}"


def how(request: Request) -> How:
    """What the request says about waiting, and its Idempotency-Key."""
    query = request.query_params
    given: How = {"idempotency_key": idempotency_key(request)}
    if "waitForOnline" in query:
        given["wait_for_online"] = seconds(query, "waitForOnline", LONGEST_PATIENCE)
    if "wait" in query:
        given["wait"] = seconds(query, "wait", LONGEST_WAIT)
    elif responds_async(request):
        given["wait"] = 0
    return given


def responds_async(request: Request) -> bool:
    """`Prefer: respond-async` (RFC 7240)."""
    prefer = request.headers.get("Prefer", "").lower()
    return "respond-async" in [one.strip() for one in prefer.replace(";", ",").split(",")]


def idempotency_key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (1 <= len(key) <= LONGEST_KEY and key.isprintable()):
        raise ValidationError({"Idempotency-Key": f"1 to {LONGEST_KEY} printable characters are needed."})
    return key


def seconds(query: Mapping[str, str], name: str, most: int) -> float:
    try:
        wait = float(query[name])
    except ValueError:
        wait = -1
    if not 0 <= wait <= most:  # also refuses nan
        raise ValidationError({name: f"Seconds from 0 to {most} are needed."})
    return wait


def wire_transaction_id(station: ChargingStation, number: int) -> int:
    """The number that the station was told for its session of that id or transactionId; else `number` itself."""
    session = station.sessions.filter(Q(pk=number) | Q(transaction_id=number)).values_list("transaction_id", flat=True)
    return session.first() or number
