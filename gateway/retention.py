"""What is kept for a time only, and its removal: a few rows a transaction, by any number of processes at once."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Model, QuerySet
from django.utils import timezone

from gateway.models import Alert, Event
from ocpp_ws.models import OcppMessage, RejectedFrame
from ocpp_ws.writer import writer
from stations.models import ConnectorStatusChange

logger = logging.getLogger(__name__)
AT_ONCE = 500  # rows of one transaction
EVERY_SECONDS = 60.0
PAUSE_SECONDS = 0.1  # at least, between two transactions; three times as long as the first took: others go on
LONGEST_DAYS = 36_500  # what is kept longer is kept for ever
Found = list[tuple[Any, datetime]]
"""primary key and age of each row, the oldest first"""


@dataclass(frozen=True)
class Kind:
    """Rows of `model` that go once `since` is as many days ago as the setting `days` says; without one, at once.

    An index must begin with what `only` compares, and `since`: nobody looks through a table of millions.
    """

    name: str
    model: type[Model]
    since: str
    days: str = ""
    only: Mapping[str, Any] = field(default_factory=dict)

    def before(self, now: datetime) -> datetime | None:
        """What is older goes; None: nothing does."""
        if not self.days:
            return now
        days: int = getattr(settings, self.days)
        return now - timedelta(days=days) if 0 < days < LONGEST_DAYS else None

    def rows(self, before: datetime, after: datetime | None = None) -> QuerySet[Model]:
        """Those to go, the oldest first."""
        past: dict[str, Any] = {f"{self.since}__lt": before}
        if after:
            past[f"{self.since}__gte"] = after
        return self.model._base_manager.filter(**self.only, **past).order_by(self.since)


FRAME = RejectedFrame.Kind
KINDS = (
    Kind("messages", OcppMessage, "at", "MESSAGE_LOG_DAYS"),
    Kind("status changes", ConnectorStatusChange, "received_at", "STATUS_CHANGE_DAYS"),
    Kind(
        "refused frames", RejectedFrame, "received_at", "REJECTED_FRAME_DAYS",
        {"kind": FRAME.REFUSED, "repaired_at": None},
    ),
    # one that is not repaired yet stays, however old it is
    Kind("repaired dead letters", RejectedFrame, "repaired_at", "REJECTED_FRAME_DAYS", {"kind": FRAME.DEAD_LETTER}),
    Kind("closed alerts", Alert, "closed_at", "ALERT_DAYS"),
    Kind("events", Event, "noted_at", "EVENT_DAYS"),
    Kind("logins that have ended", Session, "expire_date"),
)  # fmt: skip


async def prune_regularly() -> None:
    """A job of every process (ocpp_ws.process)."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        now = timezone.now()
        for kind in KINDS:
            try:
                removed = await prune(kind, now)
            except Exception as error:  # noqa: BLE001 - logged, tried again; the next kind may fare better
                logger.warning("%s cannot be removed (%r); tried again in a minute.", kind.name, error)
                continue
            if removed:
                logger.info("%s: %d removed that were old enough.", kind.name, removed)


async def prune(kind: Kind, now: datetime) -> int | None:
    """Remove all that is to go by now; the number of rows, None where they are kept for ever."""
    before, after, removed = kind.before(now), None, 0
    if before is None:
        return None
    while True:
        begun = time.monotonic()
        found = await commit(remove_some, kind, before, after)
        removed += len(found)
        if len(found) < AT_ONCE:
            return removed
        after = found[-1][1]
        await asyncio.sleep(max(PAUSE_SECONDS, 3 * (time.monotonic() - begun)))


async def commit(remove: Callable[..., Found], *args: Any) -> Found:
    """By the writer, which SQLite has one of."""
    found: Found = await writer.commit(lambda _: remove(*args))
    return found


def remove_some(kind: Kind, before: datetime, after: datetime | None) -> Found:
    """In a transaction: remove the oldest ones from `after` on; their keys and ages.

    Without `after` PostgreSQL would look again, each time, through all that is deleted: as long as another transaction
    is open, a backup's for one, it cannot forget that.
    """
    rows = kind.rows(before, after)
    # what another process removes just now is its own
    mine = rows.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
    found = list(mine.values_list("pk", kind.since)[:AT_ONCE])
    if found:
        kind.model._base_manager.filter(pk__in=[pk for pk, _ in found]).delete()
    return found
