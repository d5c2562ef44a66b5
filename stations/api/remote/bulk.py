"""A route of remote control without a request: the same code gives the command to each station of a bulk command."""

from typing import Any

from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

from rfid.api.kit import permission_of
from stations.api.remote import RemoteControlViewSet
from stations.errors import CommandRefused
from stations.models import BulkItem, ChargingStation, Command

Body = dict[str, Any]
ONE_AT_A_TIME = {"limit"}  # each of its steps waits for the answer to the one before


def routes() -> dict[str, Any]:
    """Last part of the address -> the method of the viewset, in the order of the addresses."""
    methods: list[Any] = RemoteControlViewSet.get_extra_actions()
    ordered = sorted(methods, key=lambda method: method.url_path)
    return {method.url_path: method for method in ordered if method.url_path not in ONE_AT_A_TIME}


def members_of(command: str, body: Body) -> dict[str, Any]:
    """A body checked as its route would. Raises ValidationError."""
    method = routes().get(command)
    if method is None:
        raise ValidationError({"command": f"There is no command {command}; there are {', '.join(routes())}."})
    serializer = method.kwargs["serializer_class"](data=body)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def permission_for(command: str) -> str:
    """What its route asks for one station. Raises KeyError."""
    return permission_of(RemoteControlViewSet, routes()[command].__name__)


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
    one = ToOne(item, idempotency_key)
    try:
        routes()[item.bulk.command](one, None, cpId=item.station.cp_id)
    except APIException as error:
        raise CommandRefused(str(error.detail)) from None
    return one.command
