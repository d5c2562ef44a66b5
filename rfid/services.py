"""May this card charge?"""

from datetime import datetime

from django.db.models import Value
from django.db.models.functions import Lower

from ocpp_ws.protocol import format_timestamp
from rfid.models import RfidCard


def find_card(id_tag: str) -> RfidCard | None:
    """The card of that idTag, whatever its case (core 7.28)."""
    return RfidCard.objects.filter(tag_key=Lower(Value(id_tag))).first() if id_tag else None


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


def authorize_tag(*, id_tag: str, now: datetime) -> dict[str, str]:
    """The IdTagInfo that answers an Authorize.req (core 4.1): never ConcurrentTx, a card may be shown at any time."""
    card = find_card(id_tag)
    return id_tag_info(card, authorize(card, now=now))
