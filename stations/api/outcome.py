"""HTTP says whether the station answered, `status` says what it answered."""

from typing import Any

from django.urls import reverse
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from rfid.api.kit import Problem
from stations.errors import CommandRefused, IdempotencyConflict, InvalidPayload, QueueFull, StationOffline
from stations.models import Command

State = Command.State
# how it ended without an answer that counts -> status, code, what that means
ENDS: dict[str, tuple[int, str, str]] = {
    State.CALL_ERROR: (502, "station_error", "The station answered with an error."),
    State.INVALID_RESPONSE: (502, "invalid_response", "The station's answer breaks the schema of its action."),
    State.TIMEOUT: (504, "station_timeout", "No answer in time; a late one is kept with the command."),
    State.UNKNOWN: (502, "outcome_unknown", "The link was lost: it may or may not have been carried out."),
    State.STATION_OFFLINE: (409, "station_offline", "The station is not connected."),
    State.CANCELLED: (409, "cancelled", "The command was cancelled before it was sent."),
    State.EXPIRED: (409, "expired", "The command was too old to be sent."),
}


# members of a CALL that the gateway may have chosen: told with its outcome
CHOSEN = {"ReserveNow": ("reservationId",)}


def outcome(command: Command) -> Response:
    """The HTTP answer for a command as it stands. Raises a Problem where it ended without the station's answer."""
    if command.state in Command.OPEN:
        place = reverse("command-detail", args=[command.pk])
        under_way = {**chosen(command), "commandId": command.pk, "state": command.state}
        return Response(under_way, status=202, headers={"Location": place})
    if command.state != State.ANSWERED:
        raise ended(command)
    own = {
        "commandId": command.pk,
        "status": command.word,
        "accepted": command.accepted,
        "latencyMs": command.latency_ms,
    }
    return Response({**(command.answer or {}), **chosen(command), **own})


def chosen(command: Command) -> dict[str, Any]:
    return {name: command.payload[name] for name in CHOSEN.get(command.action, ())}


def ended(command: Command) -> Problem:
    status, code, detail = ENDS[command.state]
    extra: dict[str, Any] = {"commandId": command.pk, "state": command.state}
    if command.state == State.CALL_ERROR:
        extra |= {"ocppErrorCode": command.error_code, "ocppErrorDescription": command.error_description}
        detail = f"The station answered with {command.error_code}: {command.error_description}".rstrip(": ") + "."
    if command.state == State.INVALID_RESPONSE:
        extra["answer"] = command.answer
    if command.reason:
        extra["reason"] = command.reason
    return Problem(status, code, detail, **extra)


def refused(refusal: CommandRefused) -> Exception:
    """The HTTP answer for a command that was not sent."""
    match refusal:
        case StationOffline():
            return Problem(409, "station_offline", str(refusal), commandId=refusal.command.pk)
        case QueueFull():
            return Problem(429, "station_busy", str(refusal), headers={"Retry-After": "5"})
        case IdempotencyConflict():
            return Problem(422, "idempotency_conflict", str(refusal))
        case InvalidPayload():
            return ValidationError({path.strip("/") or "non_field_errors": [why] for path, why in refusal.errors})
    return Problem(409, "conflict", str(refusal))
