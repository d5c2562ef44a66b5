"""Giving a command: its row is written, the owner of the link is rung, and its end is waited for."""

import time
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any, TypedDict, Unpack

import orjson
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ocpp_ws.protocol import check
from ocpp_ws.protocol.errors import RULES
from stations import doorbell
from stations.credentials import refuse_wrong
from stations.errors import IdempotencyConflict, InvalidPayload, NotAllowed, Payload, QueueFull, StationOffline
from stations.models import ChargingStation, Command, FileLink
from stations.outbox import end, forbidden
from stations.secrets import masked

LOOK_SECONDS = 1.0  # the asker looks at its row, in case the doorbell was lost
GRACE_SECONDS = 2.0  # the owner's own time-out should be seen before the asker gives up
KEY_LIFE = timedelta(hours=24)
State = Command.State


class How(TypedDict, total=False):
    """How a command is given.

    wait: seconds to wait for its end (None or left out: the call timeout; 0: do not wait);
    idempotency_key: the same command with the same key within 24 h is given once;
    wait_for_online: seconds that it may wait for a station that is not connected;
    link: the address of the gateway's own that its payload tells the station;
    then: payloads of the same action to follow it one by one, each as `stations.chains` says;
    asked: what the idempotency key stands for, where that is more than the payload, or the payload has numbers or
    times of our own: its name and members;
    beside: what is stored in the commit that queues the command; the station's row is locked meanwhile.
    """

    wait: float | None
    idempotency_key: str | None
    wait_for_online: float | None
    link: FileLink | None
    then: list[Payload]
    asked: list[Any]
    beside: Callable[[Command], None]


def give(station: ChargingStation, action: str, payload: Payload, *, actor: str, **how: Unpack[How]) -> Command:
    """Write a command's row, ring the owner of the link and wait for the end. Returns the row as it then stands.

    Raises StationOffline, QueueFull, NotAllowed, IdempotencyConflict, InvalidPayload. Must not run inside a
    transaction: the owner could not see the row.
    """
    refuse_invalid(action, payload)
    wish = Command(station=station, action=action, payload=payload, actor=actor, reply_to=doorbell.own_channel())
    refuse_wrong(wish)
    wish.link, wish.then = how.get("link"), how.get("then", [])
    mark(wish, how)
    if (patience := how.get("wait_for_online")) is not None:
        wish.expires_at = timezone.now() + timedelta(seconds=patience)
    command = given_before(wish) or enqueue(wish, how.get("beside"))
    doorbell.ring(command.station.channel, {"type": "command.ready", "station": station.pk})
    return wait_for(command, seconds_of(how))


def repeated(station: ChargingStation, *, actor: str, **how: Unpack[How]) -> Command | None:
    """What was given under the same key for the same `asked`, as it stands when it has ended; None: nothing was.

    For who must know it before the payload can be made. Raises IdempotencyConflict.
    """
    wish = Command(station=station, actor=actor)
    mark(wish, how)
    earlier = given_before(wish)
    return wait_for(earlier, seconds_of(how)) if earlier else None


def seconds_of(how: How) -> float:
    wait = how.get("wait")
    return settings.CALL_TIMEOUT + GRACE_SECONDS if wait is None else wait


def refuse_invalid(action: str, payload: Payload) -> None:
    """Raises InvalidPayload where it breaks the official schema of its action."""
    if deviations := check(action, "call", payload):
        raise InvalidPayload([(one.path, RULES[one.kind].words) for one in deviations])


def mark(wish: Command, how: How) -> None:
    """Note the Idempotency-Key, and what is asked under it, whatever the order of the members."""
    if key := how.get("idempotency_key"):
        asked = [wish.station_id, *how.get("asked", [wish.action, wish.payload])]
        wish.idempotency_key = f"{wish.actor}:{key}"[:255]
        wish.request_digest = sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()


def given_before(wish: Command) -> Command | None:
    """The command that was given under the same key within 24 h. Raises IdempotencyConflict if it is another."""
    if wish.idempotency_key is None:
        return None
    rows = Command.objects.filter(idempotency_key=wish.idempotency_key)
    rows.filter(created_at__lt=timezone.now() - KEY_LIFE).update(idempotency_key=None)
    earlier = rows.select_related("station").first()
    if earlier and earlier.request_digest != wish.request_digest:
        raise IdempotencyConflict("This Idempotency-Key was used for another command; use a new one.")
    return earlier


def enqueue(wish: Command, beside: Callable[[Command], None] | None = None) -> Command:
    """Store the command as queued. Raises StationOffline, QueueFull, NotAllowed."""
    try:
        with transaction.atomic(durable=True):  # committed on its own, before anybody rings
            store(wish)
            if beside and wish.state == State.QUEUED:
                beside(wish)
    except IntegrityError:  # the same key came twice at once, and the other was quicker
        earlier = given_before(wish)
        if earlier is None:
            raise
        return earlier
    if wish.state == State.STATION_OFFLINE:
        raise StationOffline(wish)
    return wish


def store(wish: Command) -> None:
    # locked, so that many askers at once count each other's rows
    wish.station = station = ChargingStation.objects.locked().with_online().get(pk=wish.station_id)
    if station.online or wish.expires_at:
        if why := forbidden(station, wish):
            raise NotAllowed(why)
        if Command.objects.filter(station=station, state__in=Command.OPEN).count() >= settings.COMMAND_QUEUE_DEPTH:
            raise QueueFull(f"{settings.COMMAND_QUEUE_DEPTH} commands wait for {station.cp_id} already.")
    else:
        wish.state, wish.reason = State.STATION_OFFLINE, "not connected"
        wish.finished_at, wish.payload = timezone.now(), masked(wish.payload)
        wish.idempotency_key = None  # nothing was done: the same key may try again
    wish.save(force_insert=True)


def cancel(command_id: int) -> bool:
    """Take back a command that is still queued; False where it has gone out, or ended, already."""
    ended = end(
        Command.objects.filter(pk=command_id, state=State.QUEUED),
        State.CANCELLED, reason="It was taken back before it was sent.", now=timezone.now(),
    )  # fmt: skip
    if ended:
        doorbell.waiting.done(command_id)
    return bool(ended)


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
        doorbell.waiting.remove(command.pk, event)
    return command


def release_connection() -> None:
    if not connection.in_atomic_block:
        connection.close()
