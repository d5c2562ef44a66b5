"""The admin's title and navigation (django-unfold)."""

from typing import Any


def navigation() -> dict[str, Any]:
    return {"SITE_TITLE": "OCPP gateway", "SITE_HEADER": "OCPP gateway", "SITE_SYMBOL": "ev_station"}
