"""The local authorization lists of stations: built from the cards, sent step by step (core 3.5.2, 5.10, 5.15).

A list is filled in steps of at most SendLocalListMaxLength entries. Each step is one SendLocalList; its answer leads
to the next, until the station holds what the cards say. Nothing starts by itself: an operator or API client asks.
"""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils import timezone

from ocpp_ws.protocol import enumeration
from rfid.models import RfidCard
from rfid.services import authorize, id_tag_info
from stations.errors import NotAllowed
from stations.models import ChargingStation, Command, LocalList
from stations.outbox import follow_up
from stations.services.configuration import configuration_number

FULL, DIFFERENTIAL = "Full", "Differential"
assert {FULL, DIFFERENTIAL} == set(enumeration("SendLocalList", "updateType"))
RETRIED = ("Failed", "VersionMismatch")
Payload = dict[str, Any]
Entries = Mapping[str, Mapping[str, str]]
UNLIMITED = 1_000_000
NOT_SUPPORTED = -1  # errata 3.52
JOB = "local list"


def list_of(station_id: int) -> LocalList:
    return LocalList.objects.get_or_create(station_id=station_id)[0]


def locked_list(station_id: int) -> LocalList:
    """The same for changes: until COMMIT nobody begins a filling (`note_filling`), or answers for the station."""
    ChargingStation.objects.locked().get(pk=station_id)
    return list_of(station_id)


def wanted_entries(now: datetime) -> dict[str, dict[str, str]]:
    """idTag -> idTagInfo of every card; never ConcurrentTx, which is for StartTransaction only (core 7.2)."""
    cards = RfidCard.objects.order_by("tag_id")
    return {card.tag_id: id_tag_info(card, authorize(card, now=now)) for card in cards.iterator()}


def next_step(state: LocalList, now: datetime, *, full: bool = False) -> Payload | None:
    """The next SendLocalList.req on the way to the cards, or None: the list holds them all.

    A Full one begins anew; what does not fit into it follows as Differential, where an entry without idTagInfo
    removes its idTag.
    """
    wanted, limit = wanted_entries(now), configuration_number(state.station_id, "SendLocalListMaxLength") or UNLIMITED
    known: Entries = {} if full else state.entries
    changed = [{"idTag": tag, "idTagInfo": info} for tag, info in wanted.items() if known.get(tag) != info]
    removed = [{"idTag": tag} for tag in known if tag not in wanted]
    step = list(islice([*removed, *changed], limit))
    if not step and not full:
        return None
    # errata 3.52: always growing, never 0 or -1
    version = max(state.version, state.told_version or 0, 0) + 1
    given = {"localAuthorizationList": step} if step else {}
    return {"listVersion": version, **given, "updateType": FULL if full else DIFFERENTIAL}


def first_step(station: ChargingStation, *, full: bool, now: datetime) -> Payload | None:
    """The first step of a filling, None where the list seems to hold the cards already.

    Raises NotAllowed where the station has no room for all of them.
    """
    room = configuration_number(station.pk, "LocalAuthListMaxLength")
    if room is not None and (cards := RfidCard.objects.count()) > room:
        raise NotAllowed(f"{station.cp_id} has room for {room} cards (LocalAuthListMaxLength), and there are {cards}.")
    state = list_of(station.pk)
    return next_step(state, now, full=full or not state.version)


def note_filling(command: Command) -> None:
    """From this command on the list is to hold the cards. In the commit that queues it: one that is refused moves no
    filling, and its station is locked."""
    state = list_of(command.station_id)
    LocalList.objects.filter(pk=state.pk).update(filling_since=command.created_at, begun_anew=False)


def list_sent(command: Command, answer: Payload, now: datetime) -> None:
    """SendLocalList.conf. A Differential that was refused is followed by a Full (core 5.15), once in a filling."""
    state, payload, status = locked_list(command.station_id), command.payload, answer["status"]
    is_full, is_last = payload["updateType"] == FULL, is_last_step(command, state)
    if status == "Accepted":
        state.entries = merged({} if is_full else state.entries, payload.get("localAuthorizationList") or [])
        state.version = state.told_version = payload["listVersion"]
        state.changed_at = now
        more, full = is_last, False
    else:
        more = full = is_last and not is_full and not state.begun_anew and status in RETRIED
        state.begun_anew |= more
    go_on(state, next_step(state, now, full=full) if more else None, is_last=is_last)


def list_told(command: Command, answer: Payload, now: datetime) -> None:
    """GetLocalListVersion.conf. Another version than ours: we do not know what it holds."""
    state = locked_list(command.station_id)
    state.told_version = answer["listVersion"]
    if state.told_version != state.version:
        state.version, state.entries = max(state.told_version, 0), {}
    is_last = is_last_step(command, state)
    more = is_last and state.told_version != NOT_SUPPORTED
    go_on(state, next_step(state, now, full=not state.entries) if more else None, is_last=is_last)


def last_step(state: LocalList) -> Command | None:
    """The command that the filling waits for; it has broken off where that has ended and no answer moved it on."""
    if state.filling_since is None:
        return None
    since = Command.objects.filter(
        station_id=state.station_id, action__in=["GetLocalListVersion", "SendLocalList"],
        created_at__gte=state.filling_since,
    )  # fmt: skip
    return since.order_by("pk").first()


def is_last_step(command: Command, state: LocalList) -> bool:
    return last_step(state) == command


def is_filling(state: LocalList) -> bool:
    step = last_step(state)
    return step is not None and step.state in Command.OPEN


def go_on(state: LocalList, step: Payload | None, *, is_last: bool) -> None:
    """Store what is known now, and queue the next step; without one the filling has ended, if `is_last`: if it waited
    for the command that was answered."""
    if step is None:
        if is_last:
            state.filling_since = None
    else:
        state.filling_since = timezone.now()
        follow_up(station_id=state.station_id, action="SendLocalList", payload=step, actor=JOB)
    state.save()


def merged(entries: Entries, told: list[Payload]) -> dict[str, Any]:
    """The list after an update: an entry without idTagInfo is removed."""
    changes = {one["idTag"]: one.get("idTagInfo") for one in told}
    return {tag: info for tag, info in (dict(entries) | changes).items() if info is not None}
