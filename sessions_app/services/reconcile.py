"""The operator's list: what could not be decided for sure, noted in the unit of work of what it is about.

An item's key is the content, never a message id: the same thing told again makes no second item.
"""

import logging
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sessions_app.models import ChargingSession, ReconciliationItem
from stations.services import Noticed, note_security_event

logger = logging.getLogger(__name__)
Kind = ReconciliationItem.Kind
GATEWAY = "gateway"  # who resolved it, where no operator did
SUSPECT = "suspect"
SENTENCES = {
    "meter_went_back": "its meter stands lower at the stop than before",
    "energy_suspect": "its energy is more than a vehicle takes, or than its samples explain",
    "stop_before_start": "it ended before it began",
    "clock_deviation": "the station's clock was more than five minutes ahead",
    "unparsable_time": "a time could not be read, the time of receipt stands in",
    "matched_by_inference": "its stop did not name it and was taken for it as the only one that fits",
    "start_after_stop": "its start was sent again after it had ended",
    SUSPECT: "its start could not be processed and only the least was stored; replay_dead_letters completes it",
}
"""flag -> what an operator should know; other flags are harmless"""


def note(
    kind: str, *, station_id: int, key: str, detail: str, now: datetime, session: ChargingSession | None = None,
    action: str = "", payload: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Put it on the list, unless it was there already; `payload` is the message as sent."""
    item = ReconciliationItem(
        station_id=station_id, kind=kind, key=key, detail=detail, created_at=now, session=session, action=action,
        payload=payload or {},
    )  # fmt: skip
    ReconciliationItem.objects.bulk_create([item], ignore_conflicts=True)


def key_of(*parts: object) -> str:
    """What makes a matter itself, in 32 characters."""
    return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def owner_elsewhere(station_id: int, transaction_id: int | None) -> str:
    """The identity of the other station whose session has this number; "" where none has."""
    if transaction_id is None or transaction_id <= 0:
        return ""
    others = ChargingSession.objects.filter(transaction_id=transaction_id).exclude(station_id=station_id)
    return others.values_list("station__cp_id", flat=True).first() or ""


def note_unmatched(
    *, station_id: int, transaction_id: int, owner: str, key: str, action: str, payload: dict[str, Any], now: datetime
) -> None:
    """A message that belongs to no session of its station; `owner` is the other station whose session it names."""
    stop = action == "StopTransaction"
    what = "Close the session that it ended" if stop else "Attach the values to the session that they belong to"
    if owner:
        logger.warning("Security: station %s sent %s for a transaction of %s.", station_id, action, owner)
        note_security_event(
            type=Noticed.FOREIGN_TRANSACTION, station_id=station_id, now=now, source=owner,
            tech_info=f"{action} named transaction {transaction_id} of {owner}.",
        )  # fmt: skip
        kind: str = Kind.FOREIGN_TRANSACTION
        happened = (
            f"{action} named transaction {transaction_id}, which is {owner}'s. That session was not touched. "
            "See whether two stations share a configuration, or somebody uses this one's identity."
        )
    else:
        kind = Kind.UNMATCHED_STOP if stop else Kind.UNMATCHED_METER_VALUES
        happened = (
            f"{action} named transaction {transaction_id}, which this station never had, and no open session fits."
        )
    note(
        kind, station_id=station_id, key=key, detail=f"{happened} {what}, or dismiss it.", now=now, action=action,
        payload=payload,
    )  # fmt: skip


def note_suspects(session: ChargingSession, *, action: str, payload: dict[str, Any], now: datetime) -> None:
    """One open item for all that is suspicious about a session; what is added later is added to it."""
    found = sorted(SENTENCES.keys() & set(session.flags))
    if not found:
        return
    reasons = "; ".join(SENTENCES[flag] for flag in found)
    told: dict[str, Any] = {
        "key": f"{session.pk}:{key_of(*found)}", "action": action, "payload": payload,
        "detail": f"Look at this session: {reasons}. It is stored as sent. Accept it as it is, or dismiss this.",
    }  # fmt: skip
    if not open_items(session, Kind.SUSPECT_SESSION).update(**told):
        note(Kind.SUSPECT_SESSION, station_id=session.station_id, session=session, now=now, **told)


def settle_suspects(session: ChargingSession, *, action: str, payload: dict[str, Any], now: datetime) -> None:
    """A flag was taken away: nothing may be left to look at."""
    if SENTENCES.keys() & set(session.flags):
        note_suspects(session, action=action, payload=payload, now=now)
    else:
        settled(session, Kind.SUSPECT_SESSION, resolution="The message was processed after all.", now=now)


def settled(session: ChargingSession, kind: str, *, resolution: str, now: datetime) -> None:
    """The station itself has settled it."""
    open_items(session, kind).update(resolved_at=now, resolved_by=GATEWAY, resolution=resolution)


def open_items(session: ChargingSession, kind: str) -> Any:
    return ReconciliationItem.objects.filter(session=session, kind=kind, resolved_at=None)
