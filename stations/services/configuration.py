"""The configuration of stations as their answers tell it (core 5.3, 5.8). Values of secret keys are never stored."""

import logging
from datetime import datetime
from typing import Any

from django.db.models import F

from stations.models import Command, ConfigurationKey
from stations.secrets import masked

logger = logging.getLogger(__name__)
MOST_KEYS = 1000  # of one answer: real stations tell about 50 to 300


def configuration_value(station_id: int, key: str) -> str | None:
    """What the station said last about a key (CiString: without case); None where it said nothing."""
    rows = ConfigurationKey.objects.filter(station_id=station_id, key__iexact=key)
    return rows.values_list("value", flat=True).first()


def configuration_number(station_id: int, key: str) -> int | None:
    """The same as a whole number; None also where it is none."""
    value = (configuration_value(station_id, key) or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def configuration_told(command: Command, answer: dict[str, Any], now: datetime) -> None:
    """GetConfiguration.conf: what was told is so, what is unknown is not there. All was asked: nothing else is."""
    told, unknown = masked(answer).get("configurationKey") or [], answer.get("unknownKey") or []
    if max(len(told), len(unknown)) > MOST_KEYS:
        logger.warning("%s told %d and %d keys; %d are kept.", command, len(told), len(unknown), MOST_KEYS)
    rows = {
        one["key"][:50].lower(): ConfigurationKey(
            station_id=command.station_id, key=one["key"][:50], value=one.get("value"), readonly=one["readonly"],
            told_at=now,
        )
        for one in told[:MOST_KEYS]
    }  # fmt: skip
    mine = ConfigurationKey.objects.filter(station_id=command.station_id)
    if command.payload.get("key"):
        meant = {*rows, *(key[:50].lower() for key in unknown[:MOST_KEYS])}
        mine = mine.filter(pk__in=[pk for pk, key in mine.values_list("pk", "key") if key.lower() in meant])
    mine.delete()
    ConfigurationKey.objects.bulk_create(rows.values())


def configuration_changed(command: Command, answer: dict[str, Any], now: datetime) -> None:
    """ChangeConfiguration.conf: Accepted holds now, RebootRequired from the next boot on."""
    column = {"Accepted": "value", "RebootRequired": "pending"}.get(answer["status"])
    if column is None:
        return
    key, value = command.payload["key"], masked(command.payload)["value"]
    known = ConfigurationKey.objects.filter(station_id=command.station_id, key__iexact=key)
    if not known.update(**{column: value}, told_at=now):
        ConfigurationKey.objects.create(station_id=command.station_id, key=key, told_at=now, **{column: value})
    if column == "value":
        known.update(pending=None)


def configuration_booted(*, station_id: int) -> None:
    """What waited for a boot holds now."""
    waiting = ConfigurationKey.objects.filter(station_id=station_id, pending__isnull=False)
    waiting.update(value=F("pending"), pending=None)
