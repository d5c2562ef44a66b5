"""What went over the wire: log lines, and rows of the message log. Secrets are masked in both."""

import logging
import re
from datetime import datetime
from typing import Any

import orjson
from django.utils import timezone

from ocpp_ws.models import OcppMessage
from ocpp_ws.protocol import Call, Refused
from ocpp_ws.protocol.json_text import AROUND, read_json
from ocpp_ws.rows import Row
from stations.secrets import masked

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
    """A frame as people may read it: as it is, or written anew where it has a secret.

    Takes linear time, whatever the text: it comes from strangers.
    """
    lowered = text.lower()
    if "key" not in lowered and "://" not in lowered and "\\" not in lowered:  # the usual one has no escapes either
        return text
    try:
        frame, odd = read_json(text.strip(AROUND))
    except ValueError:
        return beginning(text)
    shown = masked(frame)
    # of a member that is given twice only the last one was looked at
    return orjson.dumps(shown).decode() if odd or shown != frame else text


def beginning(text: str) -> str:
    """What is no JSON cannot be masked member by member."""
    start = text[:BEGINNING]
    if SIGN.search(LETTER.sub(lambda seen: chr(int(seen[1], 16)), start)):
        return f"{HINT.split(start, maxsplit=1)[0]} ..."
    return start


def incoming_row(station_id: int, epoch: int, call: Call, answer: dict[str, Any], at: datetime) -> Row:
    return {
        "station_id": station_id, "epoch": epoch, "direction": "in", "unique_id": str(call.unique_id)[:255],
        "action": call.action[:64], "payload": call.payload, "answer": answer, "error_code": "",
        "error_description": "", "at": at, "answered_at": timezone.now(),
    }  # fmt: skip


def refused_row(station_id: int, epoch: int, refused: Refused, at: datetime) -> Row:
    """A CALL that got a CALLERROR; what could not be read as a payload is kept as text."""
    return {
        "station_id": station_id, "epoch": epoch, "direction": "in", "unique_id": str(refused.unique_id)[:255],
        "action": refused.action[:64],
        "payload": {"raw": without_secrets(refused.raw)[:100_000].replace("\x00", "\ufffd")},
        "answer": None, "error_code": refused.code, "error_description": refused.description, "at": at,
        "answered_at": at,
    }  # fmt: skip


def outgoing_row(station_id: int, epoch: int, command: Any, at: datetime, **outcome: Any) -> Row:
    """A CALL of ours with its outcome: `answer`, or `error_code` and `error_description`."""
    return {
        "station_id": station_id, "epoch": epoch, "direction": "out", "unique_id": command.unique_id,
        "action": command.action, "payload": masked(command.payload), "answer": None, "error_code": "",
        "error_description": "", "at": command.sent_at, "answered_at": at,
    } | outcome  # fmt: skip


MODEL = OcppMessage
