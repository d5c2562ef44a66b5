"""Deviations that were lived with, counted."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from ocpp_ws.protocol import Quirk as Deviation
from stations.models import Quirk

INDEX = re.compile(r"(?<=\.)\d+(?=\.|$)")  # which element of an array it was does not matter
FRAME_LENGTH = 4000
# of links and sessions rather than of single messages; what deviates in a message is in ocpp_ws.protocol.errors.RULES
WORDS = {
    "no-subprotocol": "no subprotocol offered (OCPP-J 3.1.2)",
    "no-connection-header": "no Connection: Upgrade in the handshake (RFC 6455 4.1)",
    "never-pongs": "pings are not answered",
    "oversize": "a message of more than 4 MiB",
    "truncated-transaction": "a transactionId cut to 32 bits",
}


def count_quirks(*, station_id: int, action: str, quirks: Iterable[Deviation], now: datetime, frame: str = "") -> None:
    """Count tolerated deviations by station, action, kind and place; the first sample and its frame are kept.

    `frame`: the message as it came, its secrets masked.
    """
    for quirk in quirks:
        place = INDEX.sub("*", quirk.path)[:120]
        key = {"station_id": station_id, "action": action[:64], "kind": quirk.kind[:40], "path": place}
        rows = Quirk.objects.filter(**key)
        if not rows.update(count=F("count") + 1, last_seen_at=now):
            first = Quirk(
                **key, sample=quirk.sample[:255], frame=frame[:FRAME_LENGTH].replace("\x00", "\ufffd"), count=1,
                first_seen_at=now, last_seen_at=now,
            )  # fmt: skip
            Quirk.objects.bulk_create([first], ignore_conflicts=True)
