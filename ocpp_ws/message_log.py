"""What went over the wire: log lines, and rows of the message log. Secrets are masked in both."""

import logging
import re
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from ocpp_ws.models import OcppMessage
from ocpp_ws.protocol import Call, Refused
from ocpp_ws.rows import Row
from sessions_app.models import ChargingSession
from stations.secrets import masked, tags_masked, without_tags, written_anew

logger = logging.getLogger("ocpp")
SIGN = re.compile(r"key|:\\?/\\?/", re.IGNORECASE)  # that a text may have a secret
HINT = re.compile(rf"value|\\u|{SIGN.pattern}", re.IGNORECASE)  # where that may begin
LETTER = re.compile(r"\\u([0-9a-f]{4})", re.IGNORECASE)
BEGINNING = 10_000  # characters that are shown of what is no message


def received(cp_id: str, text: str) -> None:
    if logger.isEnabledFor(logging.INFO):
        logger.info("[%s] Received: %s", cp_id, without_secrets(text))


def sending(cp_id: str, text: str) -> None:
    if logger.isEnabledFor(logging.INFO):
        logger.info("[%s] Sending: %s", cp_id, without_secrets(text))


def without_secrets(text: str) -> str:
    """A frame as people may read it: as it is, or written anew where it has a secret; its tags as MASK_TAGS says."""
    return without_tags(without_keys(text))


def without_keys(text: str) -> str:
    """Takes linear time, whatever the text: it comes from strangers."""
    lowered = text.lower()
    if "key" not in lowered and "://" not in lowered and "\\" not in lowered:  # the usual one has no escapes either
        return text
    try:
        return written_anew(text, masked)
    except ValueError:
        return beginning(text)


def beginning(text: str) -> str:
    """What is no JSON cannot be masked member by member."""
    start = text[:BEGINNING]
    if SIGN.search(LETTER.sub(lambda seen: chr(int(seen[1], 16)), start)):
        return f"{HINT.split(start, maxsplit=1)[0]} ..."
    return start


def incoming_row(station_id: int, epoch: int, call: Call, answer: dict[str, Any], at: datetime) -> Row:
    return {
        "station_id": station_id, "epoch": epoch, "direction": "in", "unique_id": str(call.unique_id)[:255],
        "action": call.action[:64], "payload": tags_masked(call.payload), "answer": tags_masked(answer),
        "error_code": "", "error_description": "", **gist(call.payload, answer), "at": at,
        "answered_at": timezone.now(),
    }  # fmt: skip


def refused_row(station_id: int, epoch: int, refused: Refused, at: datetime) -> Row:
    """A CALL that got a CALLERROR; what could not be read as a payload is kept as text."""
    raw = without_secrets(refused.raw)[:100_000].replace("\x00", "\ufffd")
    return {
        "station_id": station_id, "epoch": epoch, "direction": "in", "unique_id": str(refused.unique_id)[:255],
        "action": refused.action[:64], "payload": {"raw": raw}, "answer": None, "error_code": refused.code,
        "error_description": refused.description, **gist({}, {}), "at": at, "answered_at": at,
    }  # fmt: skip


def outgoing_row(
    station_id: int, epoch: int, command: Any, payload: dict[str, Any], at: datetime, **outcome: Any
) -> Row:
    """A CALL of ours, with its payload as it was written, and its outcome: `answer`, or `error_code` and
    `error_description`."""
    answer = outcome.get("answer")
    return {
        "station_id": station_id, "epoch": epoch, "direction": "out", "unique_id": command.unique_id,
        "action": command.action, "payload": tags_masked(masked(payload)), "answer": None, "error_code": "",
        "error_description": "", **gist(payload, answer or {}), "at": command.sent_at, "answered_at": at,
    } | outcome  # fmt: skip


def of_session(session: ChargingSession) -> Q:
    """Its own messages: those with its transactionId; its start and stop also where they bear another one (a retry's,
    none at all); and the command that led to it.

    The latter are looked up beforehand: SQLite would read all messages of the station instead of two indexes.
    """
    moments = [session.start_received_at, session.stop_received_at, session.command and session.command.sent_at]
    ends = ("StartTransaction", "StopTransaction", "RemoteStartTransaction")
    found = OcppMessage.objects.filter(action__in=ends, at__in=[moment for moment in moments if moment])
    its_ends = [pk for pk, station in found.values_list("pk", "station_id") if station == session.station_id]
    return Q(station=session.station_id, transaction_id=session.transaction_id) | Q(pk__in=its_ends)


def gist(payload: dict[str, Any], answer: dict[str, Any]) -> Row:
    """What rows are looked for by: the transaction, and the word that says how it went."""
    profile = payload.get("csChargingProfiles")
    places = (payload, answer, profile if isinstance(profile, dict) else {})
    numbers = (place.get("transactionId") for place in places)
    fitting = (one for one in numbers if type(one) is int and abs(one) < 2**63)
    return {"transaction_id": next(fitting, None), "status": outcome_word(answer) or cut(payload.get("status"))}


def outcome_word(answer: dict[str, Any]) -> str:
    info = answer.get("idTagInfo")
    return cut(answer.get("status") or (info.get("status") if isinstance(info, dict) else ""))


def cut(value: Any) -> str:
    return str(value or "")[:50].replace("\x00", "\ufffd")


MODEL = OcppMessage
