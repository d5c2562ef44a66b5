"""Bulk commands on their way: what was given is looked at, what waits is given, until every station has its result.

All of it is in rows, each step a conditional update: any process may take the next step, also after a crash. A
station's command is given under an Idempotency-Key of its item, so an interrupted step gives none twice.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Count, Exists, OuterRef, Q

from stations import chains
from stations.errors import CommandRefused, NotAllowed, NothingToDo, QueueFull, StationOffline
from stations.models import BulkCommand, BulkItem, ChargingStation, Command
from stations.secrets import masked, names_secret

logger = logging.getLogger(__name__)
State, Item = BulkCommand.State, BulkItem.State
OPEN = (Item.WAITING, Item.GIVEN)
TO_BE_RUN = (Item.FAILED, Item.SKIPPED)
LOST = timedelta(seconds=30)  # after its claim without a command: the process that claimed it is gone
MOST_AT_ONCE = 100
NOT_GIVEN = "not given"
Give = Callable[[BulkItem, str], Command]
"""give(item, idempotency_key): the command to that item's station, without waiting for its end"""


def start(
    *, stations: Iterable[ChargingStation], command: str, body: Mapping[str, Any], actor: str, now: datetime, **how: Any
) -> BulkCommand:
    """Store the bulk command; `advance` does the rest. `how`: at_once, stop_on_failure, again_of."""
    with transaction.atomic():
        bulk = BulkCommand.objects.create(command=command, body=body, actor=actor, created_at=now, **how)
        BulkItem.objects.bulk_create([BulkItem(bulk=bulk, station=station) for station in stations])
    return bulk


NO_SECRETS = "A key is one station's own, and is kept nowhere: give it to each station by itself."


def carries_secret(body: Mapping[str, Any]) -> bool:
    """Whether a body, or the payload of a `call` in it, sets a key that nobody may read again (A01.FR.06 to 09)."""
    inner = body.get("payload")
    return any(one.get("value") and names_secret(one) for one in (body, inner) if isinstance(one, Mapping))


def under_way() -> list[BulkCommand]:
    """Those that run, and those that have ended with commands that have not."""
    left = Exists(BulkItem.objects.filter(bulk=OuterRef("pk"), state__in=OPEN))
    return list(BulkCommand.objects.filter(Q(state=State.RUNNING) | left).order_by("pk"))


def progress(bulk: BulkCommand) -> dict[str, int]:
    """How many stations are in which state; every state is there."""
    return progress_of([bulk])[bulk.pk]


def progress_of(bulks: Iterable[BulkCommand]) -> dict[int, dict[str, int]]:
    """The same of many, by their ids."""
    counts = {bulk.pk: dict.fromkeys(Item.values, 0) for bulk in bulks}
    rows = BulkItem.objects.filter(bulk__in=counts).order_by().values_list("bulk", "state").annotate(Count("pk"))
    for bulk, state, number in rows:
        counts[bulk][state] = number
    return counts


def advance(bulk: BulkCommand, give: Give, now: datetime) -> None:
    """The next step of a bulk command that is under way."""
    given = bulk.items.filter(state=Item.GIVEN, command__isnull=False).exclude(command__state__in=Command.OPEN)
    for item in given.select_related("command"):
        settle(item)
    lost = bulk.items.filter(state=Item.GIVEN, command=None, given_at__lt=now - LOST)
    if bulk.state != State.RUNNING:
        lost.update(state=Item.SKIPPED, result=NOT_GIVEN)
        skip_waiting(bulk)  # one that a full queue gave back when it had ended already
        forget_passwords(bulk)
        return
    lost.update(state=Item.WAITING)
    left = progress(bulk)
    if bulk.stop_on_failure and left[Item.FAILED]:
        end(bulk, State.STOPPED, now)
        return
    for item in claimed(bulk, now):
        hand_over(item, give)
    if not bulk.items.filter(state__in=OPEN).exists():
        end(bulk, State.FINISHED, now)
        forget_passwords(bulk)


def advance_all(give: Give, clock: Callable[[], datetime]) -> bool:
    """The next step of each that is under way; False where there is none.

    One that the database fails holds up none that was started later: the first such error is raised at the end.
    """
    errors: list[Exception] = []
    for bulk in (bulks := under_way()):
        try:
            advance(bulk, give, clock())
        except (IntegrityError, OperationalError) as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return bool(bulks)


def forget_passwords(bulk: BulkCommand) -> None:
    """Those in addresses, once no station can need them any more."""
    if bulk.body != masked(bulk.body) and not bulk.items.exclude(state=Item.DONE).exists():
        BulkCommand.objects.filter(pk=bulk.pk).update(body=masked(bulk.body))


def settle(item: BulkItem) -> None:
    """Take over what became of its command, once it has ended."""
    chain = chains.chain_of(item.command) if item.command else []
    if not chain or chain[-1].state in Command.OPEN:
        return
    command = chains.decisive(chain)
    word = command.status or command.error_code or command.get_state_display()
    close(item, Item.DONE if command.accepted else Item.FAILED, word)


def close(item: BulkItem, state: str, result: str, command: Command | None = None) -> None:
    changed = {"state": state, "result": result[:255]} | ({"command": command} if command else {})
    BulkItem.objects.filter(pk=item.pk, state=Item.GIVEN).update(**changed)


def claimed(bulk: BulkCommand, now: datetime) -> list[BulkItem]:
    """The next waiting items, so that `at_once` are given at most; each is this process's alone to give."""
    with transaction.atomic():
        # processes count one after the other, and one that was ended meanwhile is given no more
        if not BulkCommand.objects.select_for_update().filter(pk=bulk.pk, state=State.RUNNING).exists():
            return []
        room = bulk.at_once - bulk.items.filter(state=Item.GIVEN).count()
        waiting = bulk.items.filter(state=Item.WAITING).select_related("station", "bulk").order_by("pk")
        items = list(waiting[: max(0, room)])
        BulkItem.objects.filter(pk__in=[item.pk for item in items]).update(state=Item.GIVEN, given_at=now)
    return items


def hand_over(item: BulkItem, give: Give) -> None:
    """Give the command; what cannot be given has failed with the reason, a full queue is tried again."""
    mine = BulkItem.objects.filter(pk=item.pk, state=Item.GIVEN)
    try:
        mine.update(command=give(item, f"bulk-{item.pk}"))
    except StationOffline as refusal:
        close(item, Item.FAILED, "not connected", refusal.command)
    except QueueFull:
        mine.update(state=Item.WAITING)
    except NothingToDo as nothing:
        close(item, Item.DONE, str(nothing))
    except CommandRefused as refusal:
        close(item, Item.FAILED, str(refusal))
    except (IntegrityError, OperationalError):
        raise  # tried again: the item's own key makes it one command
    except Exception as error:
        logger.exception("A bulk command could not be given to %s.", item.station)
        close(item, Item.FAILED, f"It could not be given: {type(error).__name__}.")


def end(bulk: BulkCommand, state: str, now: datetime) -> bool:
    """What still waits is skipped; what was given goes on to its own end. False where it had ended already."""
    ended = BulkCommand.objects.filter(pk=bulk.pk, state=State.RUNNING).update(state=state, finished_at=now)
    if ended:
        skip_waiting(bulk)
    return bool(ended)


def skip_waiting(bulk: BulkCommand) -> None:
    bulk.items.filter(state=Item.WAITING).update(state=Item.SKIPPED, result=NOT_GIVEN)


def again(bulk: BulkCommand, *, actor: str, now: datetime) -> BulkCommand:
    """The same for the stations that failed or were skipped, once; passwords in its body go over to the new one.

    Raises NotAllowed.
    """
    with transaction.atomic():
        bulk = BulkCommand.objects.select_for_update().get(pk=bulk.pk)  # two clicks are one
        if why := why_not_again(bulk):
            raise NotAllowed(why)
        left = ChargingStation.objects.filter(bulk_items__bulk=bulk, bulk_items__state__in=TO_BE_RUN)
        made = start(
            stations=left.order_by("cp_id"), command=bulk.command, body=bulk.body, actor=actor, now=now,
            at_once=bulk.at_once, stop_on_failure=bulk.stop_on_failure, again_of=bulk,
        )  # fmt: skip
        BulkCommand.objects.filter(pk=bulk.pk).update(body=masked(bulk.body))
    return made


def why_not_again(bulk: BulkCommand) -> str:
    """Why it cannot be run again; empty: it can."""
    if bulk.items.filter(state__in=OPEN).exists():
        return "It has not ended yet."
    if later := bulk.again.first():
        return f"It was run again already, as bulk command {later.pk}."
    return "" if bulk.items.filter(state__in=TO_BE_RUN).exists() else "No station failed or was skipped."
