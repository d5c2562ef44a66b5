"""May this card charge?"""

from datetime import datetime

from django.conf import settings

from ocpp_ws.protocol import ci_key, format_timestamp
from rfid.models import RfidCard


def cut(id_tag: str) -> str:
    """The tag without what some stations append to it: up to the first of the characters of ID_TAG_SPLIT."""
    for character in settings.ID_TAG_SPLIT:
        id_tag = id_tag.split(character, 1)[0] or id_tag
    return id_tag


def card_keys(id_tag: str) -> tuple[str, ...]:
    """The keys under which the card of an idTag may stand, the best first; none for a blank one."""
    whole, head = ci_key(id_tag), ci_key(cut(id_tag))
    return tuple(dict.fromkeys((whole, head))) if id_tag.strip() else ()


def find_card(id_tag: str) -> RfidCard | None:
    """The card of that idTag, whatever its case (core 7.28)."""
    keys = card_keys(id_tag)
    found = {card.tag_key: card for card in RfidCard.objects.filter(tag_key__in=keys)} if keys else {}
    return next((found[key] for key in keys if key in found), None)


def same_group(one: RfidCard | None, other: RfidCard | None) -> bool:
    """Cards of one parentIdTag may stop each other's sessions (core 3.10); the parent itself is no card."""
    return bool(one and other and one.parent_id_tag and ci_key(one.parent_id_tag) == ci_key(other.parent_id_tag))


def authorize(card: RfidCard | None, *, now: datetime, other_sessions: int | None = None) -> str:
    """OCPP's AuthorizationStatus of a card: Accepted, Blocked, Expired, Invalid or ConcurrentTx.

    `other_sessions` counts the card's open ones; None where it does not matter: ConcurrentTx is for StartTransaction
    only (core 7.2).
    """
    if card is None or card.status == RfidCard.Status.INACTIVE:
        return "Invalid"
    if card.status == RfidCard.Status.BLOCKED:
        return "Blocked"
    if card.valid_until and card.valid_until <= now:
        return "Expired"
    if card.max_sessions is not None and other_sessions is not None and other_sessions >= card.max_sessions:
        return "ConcurrentTx"
    return "Accepted"


def id_tag_info(card: RfidCard | None, status: str) -> dict[str, str]:
    """OCPP's IdTagInfo (core 7.27); what is not known is left out, never null."""
    info = {"status": status}
    if card and card.valid_until:
        info["expiryDate"] = format_timestamp(card.valid_until)
    if card and card.parent_id_tag:
        info["parentIdTag"] = card.parent_id_tag
    return info
