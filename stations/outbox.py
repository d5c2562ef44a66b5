"""Commands on their way: written by who asks, taken and finished by the process that holds the link."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypedDict, Unpack

import orjson
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ocpp_ws.protocol import check
from ocpp_ws.protocol.errors import RULES
from stations import chains, doorbell
from stations.credentials import before_sending, lowered, refuse_wrong
from stations.errors import IdempotencyConflict, InvalidPayload, NotAllowed, Payload, QueueFull, StationOffline
from stations.models import ChargingStation, Command, FileLink
from stations.secrets import masked

LOOK_SECONDS = 1.0  # the asker looks at its row, in case the doorbell was lost
GRACE_SECONDS = 2.0  # the owner's own time-out should be seen before the asker gives up
KEY_LIFE = timedelta(hours=24)
FOLLOW_UP_LIFE = timedelta(hours=24)
WITH_SECRETS = ("ChangeConfiguration", "UpdateFirmware", "SignedUpdateFirmware", "GetDiagnostics", "GetLog")
EXPIRED = "The station did not connect in time."
NOT_PATIENT = Q(expires_at=None)  # whoever gave it did not ask to wait for the station
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


def forbidden(station: ChargingStation, command: Command) -> str:
    """Why OCPP forbids it now; empty: it does not. No remote start or stop while Pending, nothing at all while Rejected
    (core 4.2), no BootNotification once one was answered Accepted (errata 3.40), no lower SecurityProfile."""
    registration, action = station.registration, command.action
    remote = action in ("RemoteStartTransaction", "RemoteStopTransaction")
    if registration == "Rejected" or (remote and registration != "Accepted"):
        return f"{station.cp_id} is {registration}: accept its registration before sending {action}."
    boots = command.payload.get("requestedMessage") == "BootNotification"
    if boots and station.boot_answer == "Accepted":
        return f"{station.cp_id} is Accepted already: a BootNotification may be triggered only before."
    return lowered(station, command)


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


# --- the owner's side: sync functions for the writer's connection ---------------------------------------------------


def take_next(*, station_id: int, epoch: int, unique_id: str, now: datetime) -> Command | None:
    """Mark the station's oldest queued command as sent and return it; None: there is none, or the link is not ours.

    Where that was done already with this `unique_id` (a commit whose answer was lost is tried again), it is that one.
    """
    station = ChargingStation.objects.filter(pk=station_id, epoch=epoch, lease_until__isnull=False).first()
    if station is None:
        return None
    if taken := Command.objects.filter(station=station, state=State.SENT, epoch=epoch, unique_id=unique_id).first():
        return taken
    queued = Command.objects.filter(station_id=station_id, state=State.QUEUED).order_by("pk")
    end(queued.filter(expires_at__lte=now), State.EXPIRED, reason=EXPIRED, now=now)
    while command := queued.first():
        if why := forbidden(station, command):  # since it was given
            end(queued.filter(pk=command.pk), State.CANCELLED, reason=why[:255], now=now)
            continue
        sent = {"state": State.SENT, "sent_at": now, "epoch": epoch, "unique_id": unique_id}
        if Command.objects.filter(pk=command.pk, state=State.QUEUED).update(**sent):
            for name, value in sent.items():
                setattr(command, name, value)
            before_sending(command)
            return command
    return None


def finish(command: Command, state: str, *, now: datetime, **outcome: Any) -> bool:
    """End a command that is `sent`; secrets that it carried are not kept. False where it had ended otherwise.

    `outcome`: answer, status, error_code, ...
    """
    sent = Command.objects.filter(pk=command.pk, state=State.SENT)
    return bool(sent.update(state=state, finished_at=now, payload=masked(command.payload), **outcome))


def keep_late_answer(*, command_id: int, answer: dict[str, Any]) -> bool:
    """False where one is kept already."""
    return bool(Command.objects.filter(pk=command_id, late_answer__isnull=True).update(late_answer=answer))


def follow_up(*, station_id: int, action: str, payload: Payload, actor: str) -> Command:
    """Queue what has to follow an answer or a message, in the transaction of that: the link finds it by itself.

    Nobody waits for it. It goes out only on a link of the station that lives, or the next one within a day.
    """
    expiry = timezone.now() + FOLLOW_UP_LIFE
    return Command.objects.create(
        station_id=station_id, action=action, payload=payload, actor=actor, expires_at=expiry
    )  # fmt: skip


def go_on(command: Command, state: str, status: str) -> None:
    """Queue what is to follow a command that has ended like this, where its answer says so.

    It ends with its link: nothing of it is sent to a station that has crashed over it and comes back.
    """
    if command.then and chains.goes_on(command, state, status):
        payload, *others = command.then
        Command.objects.create(
            station_id=command.station_id, action=command.action, payload=payload, then=others, after=command,
            actor=command.actor,
        )  # fmt: skip


def end_of_link(*, station_id: int, epoch: int, reason: str, now: datetime) -> list[tuple[int, str]]:
    """What becomes of the commands when this link ends; (id, reply_to) of those that ended.

    Sent ones become unknown: they may or may not have been carried out, and nothing that moves hardware is sent
    again by itself. Queued ones become station_offline, unless a newer link can take them.
    """
    ended = end_sent(station_id=station_id, epoch=epoch, reason=reason, now=now)
    if ChargingStation.objects.filter(pk=station_id, epoch=epoch).exists():
        queued = Command.objects.filter(NOT_PATIENT, station_id=station_id, state=State.QUEUED)
        ended += queued.values_list("pk", "reply_to")
        end(queued, State.STATION_OFFLINE, reason=reason, now=now)
    return ended


def end_sent(*, station_id: int, epoch: int, reason: str, now: datetime) -> list[tuple[int, str]]:
    """The commands that were sent on this link and not answered: unknown. (id, reply_to) of each."""
    mine = Command.objects.filter(station_id=station_id, state=State.SENT, epoch=epoch)
    ended = list(mine.values_list("pk", "reply_to"))
    end(mine, State.UNKNOWN, reason=reason, now=now)
    return ended


def expire(*, now: datetime) -> int:
    """End the commands that have waited for their station long enough."""
    late = Command.objects.filter(state=State.QUEUED, expires_at__lte=now)
    return end(late, State.EXPIRED, reason=EXPIRED, now=now)


def end(commands: QuerySet[Command], state: str, *, reason: str, now: datetime) -> int:
    """End open commands without the station's answer; secrets that they carried are not kept. Returns how many."""
    with_keys = list(commands.filter(action__in=WITH_SECRETS).values_list("pk", "payload"))
    changed = commands.update(state=state, reason=reason, finished_at=now)
    for pk, payload in with_keys:
        # not one that another process has just taken: the station must get the real value
        Command.objects.filter(pk=pk).exclude(state__in=Command.OPEN).update(payload=masked(payload))
    return changed
