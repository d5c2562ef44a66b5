"""/api/admin/{cpId}/...: remote control."""

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from rfid.api.kit import SEGMENT, StrictSerializer
from rfid.api.kit.filters import refuse_unknown
from stations import commands
from stations.api import bodies
from stations.api.outcome import outcome, refused
from stations.api.stations import station_or_404
from stations.errors import CommandRefused
from stations.models import ChargingStation, Command
from stations.outbox import How

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
ANSWERS = {200: bodies.CommandResult, 202: bodies.CommandUnderWay}


def command(path: str, body: type[StrictSerializer]) -> Callable[[Any], Any]:
    """A remote-control route: POST /api/admin/{cpId}/`path` with `body`."""

    def wrap(method: Any) -> Any:
        route = action(detail=True, methods=["post"], url_path=path, url_name=path, serializer_class=body)(method)
        return extend_schema(request=body, responses=ANSWERS, parameters=OPTIONS, tags=["admin"])(route)

    return wrap


class RemoteControlViewSet(GenericViewSet[ChargingStation]):
    """Each route waits for the station's answer and gives it: 200 also for Rejected. 409: not connected, at once;
    502: the station answered with an error; 504: no answer in time."""

    queryset = ChargingStation.objects.all()
    pagination_class = None
    filter_backends = ()
    lookup_url_kwarg = "cpId"
    lookup_value_regex = SEGMENT

    @command("start-transaction", bodies.StartTransaction)
    def start_transaction(self, request: Request, cpId: str) -> Response:
        """Ask the station to start a session. Accepted: it will try; /api/commands/{id} names the session."""
        return self.give(commands.remote_start_transaction)

    @command("stop-transaction", bodies.StopTransaction)
    def stop_transaction(self, request: Request, cpId: str) -> Response:
        """Ask the station to stop a session."""
        return self.give(commands.remote_stop_transaction)

    @command("change-availability", bodies.ChangeAvailability)
    def change_availability(self, request: Request, cpId: str) -> Response:
        """Take a connector, or the whole station, in or out of service."""
        return self.give(commands.change_availability)

    @command("reset", bodies.Reset)
    def reset(self, request: Request, cpId: str) -> Response:
        """Restart the station."""
        return self.give(commands.reset)

    @command("unlock-connector", bodies.UnlockConnector)
    def unlock_connector(self, request: Request, cpId: str) -> Response:
        """Release the cable; ends that connector's session."""
        return self.give(commands.unlock_connector)

    @command("get-configuration", bodies.GetConfiguration)
    def get_configuration(self, request: Request, cpId: str) -> Response:
        """Read configuration keys: `configurationKey` and `unknownKey` of the answer."""
        return self.give(commands.get_configuration)

    @command("change-configuration", bodies.ChangeConfiguration)
    def change_configuration(self, request: Request, cpId: str) -> Response:
        """Set a configuration key."""
        return self.give(commands.change_configuration)

    def give(self, function: Callable[..., Command]) -> Response:
        refuse_unknown(self.request, {"wait", "waitForOnline"})
        station = station_or_404(self.kwargs["cpId"])
        body = self.get_serializer(data=self.request.data)
        body.is_valid(raise_exception=True)
        payload = dict(body.validated_data)
        if "transaction_id" in payload:
            payload["transaction_id"] = bodies.wire_transaction_id(station, payload["transaction_id"])
        try:
            return outcome(function(station, actor=actor(self.request), **how(self.request), **payload))
        except CommandRefused as refusal:
            raise refused(refusal) from None


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
