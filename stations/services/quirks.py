"""Deviations that were lived with, counted."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from ocpp_ws.protocol import Quirk as Deviation
from stations.models import Quirk

INDEX = re.compile(r"(?<=\.)\d+(?=\.|$)")  # which element of an array it was does not matter
FRAME_LENGTH = 4000
MOST = 200  # rows of a station
OTHERS = "others"
NAMED_BY_STATION = {"duplicate-key", "extra-member"}
# of links and sessions rather than of single messages; what deviates in a message is in ocpp_ws.protocol.errors.RULES
WORDS = {
    "no-subprotocol": "no subprotocol offered (OCPP-J 3.1.2)",
    "no-connection-header": "no Connection: Upgrade in the handshake (RFC 6455 4.1)",
    "never-pongs": "pings are not answered",
    "oversize": "a message of more than 4 MiB",
    "too-many-connectors": "a connector that is not kept: the station has named 200 others",
    "too-many-samples": "more sampled values in one message than the 60,000 that are stored",
    "truncated-transaction": "a transactionId cut to 32 bits",
    OTHERS: f"deviations of other kinds or in other places than the first {MOST}",
}


def count_quirks(*, station_id: int, action: str, quirks: Iterable[Deviation], now: datetime, frame: str = "") -> None:
    """Count tolerated deviations by station, action, kind and place; the first sample and its frame are kept.

    `frame`: the message as it came, its secrets masked. A station has `MOST` rows; what is new then is counted in one
    of the kind `others`.
    """
    found: dict[tuple[str, str], list[str]] = {}  # kind, place -> samples
    for quirk in quirks:
        place, sample = placed(quirk)
        found.setdefault((quirk.kind[:40], place), []).append(sample)
    first = {"frame": frame[:FRAME_LENGTH].replace("\x00", "\ufffd"), "first_seen_at": now, "last_seen_at": now}
    mine, others = Quirk.objects.filter(station_id=station_id), 0
    for (kind, place), samples in found.items():
        key = {"action": action[:64], "kind": kind, "path": place}
        if mine.filter(**key).update(count=F("count") + len(samples), last_seen_at=now):
            continue
        if mine.exclude(kind=OTHERS).count() >= MOST:
            others += len(samples)
            continue
        row = Quirk(station_id=station_id, **key, **first, sample=samples[0][:255], count=len(samples))
        Quirk.objects.bulk_create([row], ignore_conflicts=True)
    if others and not mine.filter(kind=OTHERS).update(count=F("count") + others, last_seen_at=now):
        row = Quirk(station_id=station_id, kind=OTHERS, **first, count=others)
        Quirk.objects.bulk_create([row], ignore_conflicts=True)


def placed(quirk: Deviation) -> tuple[str, str]:
    """Where it is, and its sample; what a station may name as it likes is part of the sample."""
    place, sample = INDEX.sub("*", quirk.path), quirk.sample
    if quirk.kind in NAMED_BY_STATION:
        place, _, name = place.rpartition(".")
        sample = f"{name}: {sample}"
    return place[:120], sample
