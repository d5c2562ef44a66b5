"""Commands on their way: taken and finished by the process that holds the link; stations.giving writes them.

Sync functions for the writer's connection.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from stations import chains
from stations.credentials import before_sending, lowered
from stations.errors import Payload
from stations.models import ChargingStation, Command
from stations.secrets import masked

FOLLOW_UP_LIFE = timedelta(hours=24)
WITH_SECRETS = ("ChangeConfiguration", "UpdateFirmware", "SignedUpdateFirmware", "GetDiagnostics", "GetLog")
EXPIRED = "The station did not connect in time."
NOT_PATIENT = Q(expires_at=None)  # whoever gave it did not ask to wait for the station
State = Command.State


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
