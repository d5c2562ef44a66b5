"""Deviations that were lived with, counted."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from ocpp_ws.protocol import Quirk as Deviation
from stations.models import Quirk


def count_quirks(*, station_id: int, action: str, quirks: Iterable[Deviation], now: datetime) -> None:
    """Count tolerated deviations by station, action, kind and place; the first sample is kept."""
    for quirk in quirks:
        key = {"station_id": station_id, "action": action[:64], "kind": quirk.kind[:40], "path": quirk.path[:120]}
        rows = Quirk.objects.filter(**key)
        if not rows.update(count=F("count") + 1, last_seen_at=now):
            first = Quirk(**key, sample=quirk.sample[:255], count=1, first_seen_at=now, last_seen_at=now)
            Quirk.objects.bulk_create([first], ignore_conflicts=True)
