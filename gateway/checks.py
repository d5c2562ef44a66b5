"""Settings that must not go into service: each with an id and a hint. `serve` refuses to start with any of them."""

import ipaddress
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

Check = Callable[..., list[CheckMessage]]
SQLITE_PRAGMAS = ("journal_mode=wal", "synchronous=full")
PUBSUB = "channels_redis.pubsub.RedisPubSubChannelLayer"
CHOICES = {
    "GATEWAY_PROFILE": ("dev", "prod"),
    "STATION_POLICY": ("open", "known"),
    "UNKNOWN_TAGS": ("deny", "accept"),
    "OCPP_TRANSACTION_IDS": ("sequence", "timestamp_ms"),
    "SIGN_CERTIFICATES": ("by_hand", "automatic"),
}


LEAST = {
    "HEARTBEAT_INTERVAL": 1,
    "CALL_TIMEOUT": 1,
    "COMMAND_QUEUE_DEPTH": 1,
    "CERTIFICATE_DAYS": 1,
    "MAX_UPLOAD_MB": 1,
    "ALERT_OFFLINE_MINUTES": 0,
    "ALERT_FAULTED_MINUTES": 0,
    "ALERT_NO_HEARTBEAT_MINUTES": 0,
    "ALERT_NO_ENERGY_MINUTES": 0,
    "ALERT_SUSPICIOUS_DATA_MINUTES": 0,
    "ALERT_DAYS": 0,
    "EVENT_DAYS": 0,
    "MESSAGE_LOG_DAYS": 0,
    "REJECTED_FRAME_DAYS": 0,
    "STATUS_CHANGE_DAYS": 0,
}


def ranges(**_: Any) -> list[CheckMessage]:
    return [
        Error(f"{name} is {getattr(settings, name)}.", hint=f"Set it to {least} or more", id="gateway.E008")
        for name, least in LEAST.items()
        if getattr(settings, name) < least
    ]


def secret_key(**_: Any) -> list[CheckMessage]:
    if settings.GATEWAY_PROFILE != "prod":
        return []
    if settings.SECRET_KEY != settings.SAMPLE_SECRET_KEY and len(settings.SECRET_KEY) >= 32:
        return []
    hint = 'Set SECRET_KEY to the output of: python -c "import secrets; print(secrets.token_urlsafe(50))"'
    return [Error("SECRET_KEY is not set, or shorter than 32 characters.", hint=hint, id="gateway.E001")]


def allowed_hosts(**_: Any) -> list[CheckMessage]:
    if settings.GATEWAY_PROFILE != "prod" or (settings.ALLOWED_HOSTS and "*" not in settings.ALLOWED_HOSTS):
        return []
    hint = "Set ALLOWED_HOSTS to the names under which this gateway is reached, e.g. ocpp.example.com"
    return [Error("ALLOWED_HOSTS is empty or allows every host.", hint=hint, id="gateway.E002")]


def debug(**_: Any) -> list[CheckMessage]:
    if settings.GATEWAY_PROFILE != "prod" or not settings.DEBUG:
        return []
    return [Error("DEBUG is on in profile prod.", hint="Set DEBUG=0", id="gateway.E003")]


def station_policy(**_: Any) -> list[CheckMessage]:
    accepted = os.environ.get("I_ACCEPT_OPEN_STATIONS") == "1"
    if settings.GATEWAY_PROFILE != "prod" or settings.STATION_POLICY != "open" or accepted or loopback(settings.HOST):
        return []
    hint = "Set STATION_POLICY=known, or I_ACCEPT_OPEN_STATIONS=1 where the network itself keeps strangers out"
    return [Error("STATION_POLICY=open lets every charge point in.", hint=hint, id="gateway.E004")]


def sqlite_options(**_: Any) -> list[CheckMessage]:
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite3"):
        return []
    options = database.get("OPTIONS", {})
    pragmas = options.get("init_command", "").lower()
    if options.get("transaction_mode") == "IMMEDIATE" and all(pragma in pragmas for pragma in SQLITE_PRAGMAS):
        return []
    hint = "Take the entry that gateway.conf.database() makes of DATABASE_URL"
    return [Error("SQLite is not set to WAL, IMMEDIATE and synchronous=FULL.", hint=hint, id="gateway.E005")]


def redis_layer(**_: Any) -> list[CheckMessage]:
    backend = settings.CHANNEL_LAYERS["default"]["BACKEND"]
    if not backend.startswith("channels_redis.") or backend == PUBSUB:
        return []
    text = f"With {backend} a restart of Redis drops every charge point."
    return [Error(text, hint=f"Use {PUBSUB}", id="gateway.E006")]


def known_values(**_: Any) -> list[CheckMessage]:
    wrong = {name: getattr(settings, name) for name, known in CHOICES.items() if getattr(settings, name) not in known}
    return [
        Error(f"{name} is {value!r}.", hint=f"Set {name} to {' or '.join(CHOICES[name])}", id="gateway.E007")
        for name, value in wrong.items()
    ]


def public_url(**_: Any) -> list[CheckMessage]:
    if not settings.PUBLIC_URL or re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", settings.PUBLIC_URL):
        return []
    hint = (
        "Set it to the address under which stations reach this gateway, e.g. https://ocpp.example.com, or leave it out"
    )
    return [Error(f"PUBLIC_URL is {settings.PUBLIC_URL!r}.", hint=hint, id="gateway.E009")]


def files_folder(**_: Any) -> list[CheckMessage]:
    """What stations upload must not be served as static files are, and must find room."""
    folder = Path(settings.FILES_FOLDER)
    served = [Path(settings.STATIC_ROOT), settings.BASE_DIR / "gateway" / "static"]
    if any(folder == place or place in folder.parents for place in served):
        return [Error(f"FILES_FOLDER {folder} is served as static files.", hint="Set another", id="gateway.E010")]
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return []
    hint = "Let the gateway's user write there, or set another"
    return [Error(f"FILES_FOLDER {folder} cannot be written.", hint=hint, id="gateway.E011")]


def loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


CHECKS: tuple[Check, ...] = (
    secret_key,
    allowed_hosts,
    debug,
    station_policy,
    sqlite_options,
    redis_layer,
    known_values,
    ranges,
    public_url,
    files_folder,
)


def register_all() -> None:
    for check in CHECKS:
        register(check)
