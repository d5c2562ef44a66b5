"""What a station is told about a tag (core 4.1): by its card, or by what holds for tags that no card has."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from rfid.services import authorize, find_card, id_tag_info
from stations.models import ChargingStation

UnknownTags = ChargingStation.UnknownTags


@dataclass(frozen=True, slots=True)
class Verdict:
    """`unknown`: no card has this tag."""

    id_tag_info: dict[str, str]
    unknown: bool


def verify_tag(*, station_id: int, id_tag: str, now: datetime) -> Verdict:
    """Reads only. Never ConcurrentTx: a card may be shown at any time (core 7.2)."""
    card = find_card(id_tag)
    status = authorize(card, now=now) if card else unknown_status(station_id=station_id, id_tag=id_tag)
    return Verdict(id_tag_info(card, status), unknown=card is None)


def unknown_status(*, station_id: int, id_tag: str) -> str:
    """Accepted or Invalid for a tag without a card: the station's own rule, else that of UNKNOWN_TAGS."""
    if not id_tag.strip():
        return "Invalid"
    own = ChargingStation.objects.values_list("unknown_tags", flat=True).get(pk=station_id)
    rule = settings.UNKNOWN_TAGS if own == UnknownTags.DEFAULT else own
    return "Accepted" if rule == UnknownTags.ACCEPT else "Invalid"
