"""Commands on their way: written by who asks, taken and finished by the process that holds the link."""

import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from ocpp_ws.protocol import check
from ocpp_ws.protocol.errors import RULES
from stations import doorbell
from stations.errors import InvalidPayload, NotAllowed, QueueFull, StationOffline
from stations.models import ChargingStation, Command
from stations.secrets import masked

LOOK_SECONDS = 1.0  # the asker looks at its row, in case the doorbell was lost
GRACE_SECONDS = 2.0  # the owner's own time-out should be seen before the asker gives up
State = Command.State


def give(station: ChargingStation, action: str, payload: dict[str, Any], *, actor: str, wait: float | None) -> Command:
    """Write a command's row, ring the owner of the link and wait for the end.

    `wait` is in seconds (None: the call timeout; 0: do not wait). Returns the row as it then stands.
    Raises StationOffline, QueueFull, NotAllowed, InvalidPayload. Must not run inside a transaction: the owner could
    not see the row.
    """
    if deviations := check(action, "call", payload):
        raise InvalidPayload([(one.path, RULES[one.kind].words) for one in deviations])
    command = enqueue(station, action, payload, actor)
    doorbell.ring(command.station.channel, {"type": "command.ready", "station": station.pk})
    seconds = settings.CALL_TIMEOUT + GRACE_SECONDS if wait is None else wait
    return wait_for(command, seconds)


def enqueue(station: ChargingStation, action: str, payload: dict[str, Any], actor: str) -> Command:
    with transaction.atomic(durable=True):  # committed on its own, before anybody rings
        # locked, so that many askers at once count each other's rows
        rows = ChargingStation.objects.select_for_update(no_key=connection.features.has_select_for_no_key_update)
        current = rows.with_online().get(pk=station.pk)
        command = Command(station=current, action=action, payload=payload, actor=actor, reply_to=doorbell.own_channel())
        if current.online:
            refuse_if_forbidden(current, action)
            if Command.objects.filter(station=current, state__in=Command.OPEN).count() >= settings.COMMAND_QUEUE_DEPTH:
                raise QueueFull(f"{settings.COMMAND_QUEUE_DEPTH} commands wait for {current.cp_id} already.")
        else:
            command.state, command.reason = State.STATION_OFFLINE, "not connected"
            command.finished_at, command.payload = timezone.now(), masked(payload)
        command.save(force_insert=True)
    if not current.online:
        raise StationOffline(command)
    return command


def refuse_if_forbidden(station: ChargingStation, action: str) -> None:
    """Core 4.2: no remote start or stop while Pending; nothing at all while Rejected."""
    registration = station.registration
    remote = action in ("RemoteStartTransaction", "RemoteStopTransaction")
    if registration == "Rejected" or (remote and registration != "Accepted"):
        raise NotAllowed(f"{station.cp_id} is {registration}: accept its registration before sending {action}.")


def wait_for(command: Command, seconds: float) -> Command:
    """The command as it stands when it is finished, or when `seconds` are over."""
    event = doorbell.waiting.add(command.pk)
    deadline = time.monotonic() + seconds
    try:
        while command.state in Command.OPEN and (left := deadline - time.monotonic()) > 0:
            release_connection()  # a parked request must not hold a database connection
            event.wait(min(left, LOOK_SECONDS))
            command.refresh_from_db(from_queryset=Command.objects.select_related("station"))
    finally:
        doorbell.waiting.remove(command.pk)
    return command


def release_connection() -> None:
    if not connection.in_atomic_block:
        connection.close()


# --- the owner's side: sync functions for the writer's connection ---------------------------------------------------


def take_next(*, station_id: int, epoch: int, unique_id: str, now: datetime) -> Command | None:
    """Mark the station's oldest queued command as sent and return it; None: there is none, or the link is not ours."""
    if not ChargingStation.objects.filter(pk=station_id, epoch=epoch).exists():
        return None
    queued = Command.objects.filter(station_id=station_id, state=State.QUEUED).order_by("pk")
    while command := queued.first():
        sent = {"state": State.SENT, "sent_at": now, "epoch": epoch, "unique_id": unique_id}
        if Command.objects.filter(pk=command.pk, state=State.QUEUED).update(**sent):
            for name, value in sent.items():
                setattr(command, name, value)
            return command
    return None


def finish(*, command_id: int, state: str, now: datetime, **outcome: Any) -> bool:
    """End a command that is `sent`; False where it had ended otherwise. `outcome`: answer, status, error_code, ..."""
    sent = Command.objects.filter(pk=command_id, state=State.SENT)
    return bool(sent.update(state=state, finished_at=now, **outcome))


def keep_late_answer(*, command_id: int, answer: dict[str, Any]) -> None:
    Command.objects.filter(pk=command_id, late_answer__isnull=True).update(late_answer=answer)


def end_of_link(*, station_id: int, epoch: int, reason: str, now: datetime) -> list[tuple[int, str]]:
    """What becomes of the commands when this link ends; (id, reply_to) of those that ended.

    Sent ones become unknown: they may or may not have been carried out, and nothing that moves hardware is sent
    again by itself. Queued ones become station_offline, unless a newer link can take them.
    """
    mine = Command.objects.filter(station_id=station_id, state=State.SENT, epoch=epoch)
    ended = list(mine.values_list("pk", "reply_to"))
    end(mine, State.UNKNOWN, reason=reason, now=now)
    if ChargingStation.objects.filter(pk=station_id, epoch=epoch).exists():
        queued = Command.objects.filter(station_id=station_id, state=State.QUEUED)
        ended += queued.values_list("pk", "reply_to")
        end(queued, State.STATION_OFFLINE, reason=reason, now=now)
    return ended


def end(commands: QuerySet[Command], state: str, *, reason: str, now: datetime) -> int:
    """End open commands without the station's answer; secrets that they carried are not kept. Returns how many."""
    with_keys = list(commands.filter(action="ChangeConfiguration").values_list("pk", "payload"))
    changed = commands.update(state=state, reason=reason, finished_at=now)
    for pk, payload in with_keys:
        # not one that another process has just taken: the station must get the real value
        Command.objects.filter(pk=pk).exclude(state__in=Command.OPEN).update(payload=masked(payload))
    return changed
