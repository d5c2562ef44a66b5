"""Lists of what was not known: counted, bounded, and taken in with one click. Each function may be run again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from ocpp_ws.protocol import ci_key
from rfid.models import RfidCard
from rfid.services import cut
from stations.models import ChargingStation, UnknownStation, UnknownTag

MOST = 1000  # rows of a list; the ones that were seen longest ago give way
LONGEST_TAG = 20  # CiString20
Listed = type[UnknownStation] | type[UnknownTag]


class NoCard(Exception):
    """The tag cannot become a card; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Knock:
    """A stranger's handshakes, `count` of them; what is told of it is of the last one."""

    cp_id: str
    address: str
    user_agent: str
    subprotocols: str
    count: int


def note_unknown_stations(knocks: Iterable[Knock], *, now: datetime) -> None:
    for knock in knocks:
        told = {
            "address": knock.address[:60], "user_agent": knock.user_agent[:200],
            "subprotocols": knock.subprotocols[:100],
        }  # fmt: skip
        row = UnknownStation(cp_id=knock.cp_id, count=knock.count, first_seen_at=now, last_seen_at=now, **told)
        count(row, "cp_key", ci_key(knock.cp_id), told)


def note_unknown_tag(*, station_id: int, id_tag: str, now: datetime) -> None:
    """A blank one is no tag."""
    tag = cut(id_tag)[:255]
    if tag.strip():
        row = UnknownTag(tag=tag, station_id=station_id, count=1, first_seen_at=now, last_seen_at=now)
        count(row, "tag_key", ci_key(tag)[:255], {"station_id": station_id})


def count(first: UnknownStation | UnknownTag, key: str, value: str, told: dict[str, Any]) -> None:
    """Add to the row of that key, or make `first` its row."""
    listed: Listed = type(first)
    known = listed.objects.filter(**{key: value})
    if not known.update(count=F("count") + first.count, last_seen_at=first.last_seen_at, **told):
        listed.objects.bulk_create([first], ignore_conflicts=True)  # type: ignore[list-item]
        trim(listed)


def trim(listed: Listed) -> None:
    oldest = listed.objects.order_by("-last_seen_at", "-pk").values_list("pk", flat=True)[MOST:]
    if too_many := list(oldest):
        listed.objects.filter(pk__in=too_many).delete()


def add_station(unknown: UnknownStation, registration: str) -> ChargingStation:
    """The station of that identity, from now on let in; one that has been added meanwhile stays as it is."""
    with transaction.atomic():
        named = {"cp_id": unknown.cp_id, "registration": registration}
        station, _created = ChargingStation.objects.get_or_create(cp_key=unknown.cp_key, defaults=named)
        UnknownStation.objects.filter(pk=unknown.pk).delete()
    return station


def adopt_tag(unknown: UnknownTag) -> RfidCard:
    """The card of that tag, Active; one that exists meanwhile stays as it is. Raises NoCard."""
    if len(unknown.tag) > LONGEST_TAG:
        raise NoCard(f"A card's tag has at most {LONGEST_TAG} characters; this one has {len(unknown.tag)}.")
    if not unknown.tag.isprintable():
        raise NoCard("A card's tag has printable characters only.")
    with transaction.atomic():
        card, _created = RfidCard.objects.get_or_create(tag_key=unknown.tag_key, defaults={"tag_id": unknown.tag})
        UnknownTag.objects.filter(pk=unknown.pk).delete()
    return card
