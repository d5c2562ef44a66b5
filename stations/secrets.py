"""Configuration values that nobody may read again: AuthorizationKey and the like (white paper A01.FR.09)."""

import re
from typing import Any

SECRET_NAME = re.compile("key(?!s)|password|secret", re.IGNORECASE)  # GetConfigurationMaxKeys is none
MASK = "***"


def masked(payload: dict[str, Any]) -> dict[str, Any]:
    """A ChangeConfiguration.req or GetConfiguration.conf with its secret values masked; others as they are."""
    entries = payload.get("configurationKey")
    if isinstance(entries, dict):  # an invalid answer is kept, too
        return payload | {"configurationKey": masked(entries)}
    if isinstance(entries, list):
        return payload | {"configurationKey": [masked(e) if isinstance(e, dict) else e for e in entries]}
    if payload.get("value") and SECRET_NAME.search(str(payload.get("key", ""))):
        return payload | {"value": MASK}
    return payload
