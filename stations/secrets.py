"""What nobody may read again: AuthorizationKey and the like (white paper A01.FR.09), passwords in addresses."""

import re
from typing import Any

SECRET_NAME = re.compile("key(?!s)|password|secret", re.IGNORECASE)  # GetConfigurationMaxKeys is none
ADDRESS_PASSWORD = re.compile(r"(://[^/\s:@\"]*:)[^/\s@\"]+(?=@)")  # ftp://user:password@host/
ADDRESSES = ("location", "remoteLocation")
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
    for name in ("log", "firmware", "payload"):  # the latter: of any CALL in the body of a bulk command
        if isinstance(payload.get(name), dict):
            payload = payload | {name: masked(payload[name])}
    addresses = {name: without_password(payload[name]) for name in ADDRESSES if isinstance(payload.get(name), str)}
    return payload | addresses


def without_password(text: str) -> str:
    return ADDRESS_PASSWORD.sub(rf"\g<1>{MASK}", text)
