"""What went over the wire: log lines, and rows of the message log. Secrets are masked in both."""

import logging
import re
from datetime import datetime
from typing import Any

from django.utils import timezone

from ocpp_ws.models import OcppMessage
from ocpp_ws.protocol import Call, Refused
from ocpp_ws.rows import Row
from stations.secrets import masked, without_password

logger = logging.getLogger("ocpp")
# a configuration key whose name says that its value is a secret: named before its value, as stacks write it, or after
NAME = r'"key"\s*:\s*"[^"]*(?:key(?!s)|password|secret)[^"]*"'
VALUE, TEXT = r'"value"\s*:\s*"', r'(?:[^"\\]|\\.)*'
SECRET = re.compile(rf'({NAME}[^{{}}]*?{VALUE}){TEXT}|({VALUE}){TEXT}(?="\s*,[^{{}}]*?{NAME})', re.IGNORECASE)


def received(cp_id: str, text: str) -> None:
    if logger.isEnabledFor(logging.INFO):
        logger.info("[%s] Received: %s", cp_id, without_secrets(text))


def sending(cp_id: str, text: str) -> None:
    if logger.isEnabledFor(logging.INFO):
        logger.info("[%s] Sending: %s", cp_id, without_secrets(text))


def without_secrets(text: str) -> str:
    if "://" in text:
        text = without_password(text)
    if "onfiguration" not in text:
        return text
    return SECRET.sub(lambda match: f"{match[1] or match[2]}***", text)


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
        "action": refused.action[:64], "payload": {"raw": refused.raw[:100_000].replace("\x00", "\ufffd")},
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
