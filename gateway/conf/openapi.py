"""The OpenAPI document's frame."""

from typing import Any


def spectacular() -> dict[str, Any]:
    return {
        "TITLE": "OCPP gateway",
        "DESCRIPTION": "Stations, sessions, cards and remote control of an OCPP 1.6J central system.",
        "VERSION": "0.1.0",
        "SERVE_INCLUDE_SCHEMA": False,
        "SWAGGER_UI_DIST": "SIDECAR",
        "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
        "REDOC_DIST": "SIDECAR",
    }
