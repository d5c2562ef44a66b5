"""The message log as files: CSV with the members of the REST API, and JSON Lines, an object of them in each line."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from django.db.models import QuerySet

from ocpp_ws.protocol import exact_timestamp
from rfid.csv_files import Cell
from sessions_app.exports import Export, Stamp, in_turn
from stations.models import elapsed_ms

HEADERS = (
    "id", "cpId", "direction", "uniqueId", "action", "status", "transactionId", "errorCode", "errorDescription", "at",
    "answeredAt", "latencyMs", "payload", "answer",
)  # fmt: skip
FIELDS = (
    "id", "station__cp_id", "direction", "unique_id", "action", "status", "transaction_id", "error_code",
    "error_description", "at", "answered_at", "payload", "answer",
)  # fmt: skip


def members(row: Sequence[Any], stamp: Stamp) -> list[Any]:
    *told, at, answered_at, payload, answer = row
    latency = elapsed_ms(at, answered_at) if answered_at else None
    return [*told, stamp(at), stamp(answered_at) if answered_at else None, latency, payload, answer]


def cells(row: Sequence[Any], stamp: Stamp) -> list[Cell]:
    *told, payload, answer = members(row, stamp)
    return [*told, orjson.dumps(payload).decode(), "" if answer is None else orjson.dumps(answer).decode()]


# a StopTransaction may have megabytes
MESSAGES = Export("messages", HEADERS, FIELDS, cells, frozenset({"at", "answeredAt"}), size=200)


def json_lines(rows: QuerySet[Any]) -> Iterator[bytes]:
    def text_of(chunk: list[Any]) -> str:
        lines = (orjson.dumps(dict(zip(HEADERS, members(row, exact_timestamp), strict=True))).decode() for row in chunk)
        return "".join(f"{line}\n" for line in lines)

    return in_turn(rows, MESSAGES, text_of)
