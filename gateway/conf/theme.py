"""The admin's title, colours and hooks (django-unfold). The callbacks live in gateway.pages."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static


def navigation() -> dict[str, Any]:
    return {
        "SITE_TITLE": "OCPP gateway",
        "SITE_HEADER": "OCPP gateway",
        "SITE_SYMBOL": "ev_station",
        "SITE_URL": None,
        "ENVIRONMENT": "gateway.pages.sidebar.environment",
        "DASHBOARD_CALLBACK": "gateway.pages.dashboard.dashboard",
        "STYLES": [stylesheet],
        "SCRIPTS": [copy_button],
        "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": icon}],
        "SIDEBAR": {"show_search": True, "navigation": "gateway.pages.sidebar.navigation"},
        "COLORS": {"primary": TEAL},
    }


def stylesheet(_request: HttpRequest) -> str:
    return static("gateway/admin.css")


def copy_button(_request: HttpRequest) -> str:
    return static("gateway/copy.js")


def icon(_request: HttpRequest) -> str:
    return static("gateway/icon.svg")


# unfold's own purple is the colour of a suspended connector here
TEAL = {
    "50": "oklch(98.4% .014 180.7)",
    "100": "oklch(95.3% .051 180.8)",
    "200": "oklch(91% .096 180.4)",
    "300": "oklch(85.5% .138 181.1)",
    "400": "oklch(77.7% .152 181.9)",
    "500": "oklch(70.4% .14 182.5)",
    "600": "oklch(54% .104 184.7)",
    "700": "oklch(47% .09 186.4)",
    "800": "oklch(40% .075 188.2)",
    "900": "oklch(35% .06 188.4)",
    "950": "oklch(27.7% .046 192.5)",
}
