"""The least of a StartTransaction, for when processing it failed: the station gets its number, a retry the same one."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, transaction

from rfid.services import find_card, id_tag_info
from sessions_app.models import ChargingSession
from sessions_app.services.reconcile import SUSPECT, note_suspects
from sessions_app.services.start import (
    ACTION,
    Start,
    authorization,
    free_connector,
    insert,
    is_new_session_of_clockless_station,
    same_start,
)
from stations.models import ChargingStation

logger = logging.getLogger(__name__)
T = TypeVar("T")


def minimal_session(start: Start) -> ChargingSession:
    """A session with a number, its natural key and the flag `suspect`; the rest as far as it can be had.

    Hold `start.locks` while it runs. `start_session` completes it when the message is processed again.
    """
    earlier = same_start(start)
    if earlier and not is_new_session_of_clockless_station(start, earlier):
        return earlier
    about_card = tried(lambda: card_columns(start))
    session = insert(
        start, ChargingStation.objects.get(pk=start.station_id), earlier.generation + 1 if earlier else 0,
        flags=[*start.at.flags, SUSPECT],
        active_connector=tried(lambda: free_connector(start)),
        **(about_card or {"authorization": "Invalid", "id_tag_info": {"status": "Invalid"}}),
    )  # fmt: skip
    tried(lambda: note_suspects(session, action=ACTION, payload=dict(start.payload), now=start.received_at))
    return session


def card_columns(start: Start) -> dict[str, Any]:
    card = find_card(start.id_tag)
    status = authorization(card, start)
    return {"card": card, "authorization": status, "id_tag_info": id_tag_info(card, status)}


def tried(function: Callable[[], T]) -> T | None:
    """Its result, or None where it fails, too; the unit of work goes on. A database that is away is not its fault."""
    try:
        with transaction.atomic():
            return function()
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("A part of a minimal session could not be had.")
        return None
