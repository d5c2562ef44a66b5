"""What nobody may read again: AuthorizationKey and the like (white paper A01.FR.09), passwords in addresses.

And tags, which stand for people: where MASK_TAGS says so, logs keep the end of long ones only.
"""

import re
from typing import Any

from django.conf import settings

SECRET_NAME = re.compile("key(?!s)|password|secret", re.IGNORECASE)  # GetConfigurationMaxKeys is none
ADDRESS_PASSWORD = re.compile(r"(://[^/\s:@\"]*:)[^/\s@\"]+(?=@)")  # ftp://user:password@host/
ADDRESSES = ("location", "remoteLocation")
TAGS = ("idTag", "parentIdTag")
TAG = re.compile(r'("(?:idTag|parentIdTag)"\s*:\s*")((?:[^"\\]|\\.)*)')
MASK = "***"


def masked(payload: dict[str, Any]) -> dict[str, Any]:
    """A ChangeConfiguration.req or GetConfiguration.conf with its secret values masked, an address of a file without
    its password; others as they are."""
    entries = payload.get("configurationKey")
    if isinstance(entries, dict):  # an invalid answer is kept, too
        return payload | {"configurationKey": masked(entries)}
    if isinstance(entries, list):
        return payload | {"configurationKey": [masked(e) if isinstance(e, dict) else e for e in entries]}
    if payload.get("value") and SECRET_NAME.search(str(payload.get("key", ""))):
        return payload | {"value": MASK}
    for name in ("log", "firmware"):
        if isinstance(payload.get(name), dict):
            payload = payload | {name: masked(payload[name])}
    addresses = {name: without_password(payload[name]) for name in ADDRESSES if isinstance(payload.get(name), str)}
    return payload | addresses


def without_password(text: str) -> str:
    return ADDRESS_PASSWORD.sub(rf"\g<1>{MASK}", text)


def tags_masked(payload: dict[str, Any]) -> dict[str, Any]:
    """A payload as logs keep it: its tags, those of its idTagInfo and of a local list masked; others as they are."""
    if not settings.MASK_TAGS:
        return payload
    changed: dict[str, Any] = {name: tag_masked(payload[name]) for name in TAGS if payload.get(name)}
    if isinstance(info := payload.get("idTagInfo"), dict):
        changed["idTagInfo"] = tags_masked(info)
    if isinstance(cards := payload.get("localAuthorizationList"), list):
        changed["localAuthorizationList"] = [tags_masked(one) if isinstance(one, dict) else one for one in cards]
    return payload | changed if changed else payload


def without_tags(text: str) -> str:
    """A frame, or its beginning, in which tags are masked where MASK_TAGS says so."""
    return TAG.sub(lambda found: found[1] + tag_masked(found[2]), text) if settings.MASK_TAGS else text


def tag_masked(tag: Any) -> str:
    """The last four characters tell the cards of a site apart; of a short tag they would be too much."""
    return f"{MASK}{tag[-4:]}" if isinstance(tag, str) and len(tag) >= 8 else MASK
