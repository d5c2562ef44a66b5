"""What the server says when it starts."""

import socket

from django.conf import settings
from django.db import connection

from gateway.server.preflight import database_name

ANY = ("0.0.0.0", "::", "")  # noqa: S104
WARNING = (
    "WARNING: profile dev: every charge point is let in, and programs on this machine use the API without login. "
    "Set GATEWAY_PROFILE=prod before you connect it to a network that you do not trust."
)


def banner(host: str, port: int) -> list[str]:
    """Lines for people; the last one tells programs that the server is ready."""
    local = f"http://{'localhost' if host in ANY else bracketed(host)}:{port}"
    outside = bracketed(own_address() if host in ANY else host)
    layer = f"Redis ({settings.REDIS_URL.rpartition('@')[2]})" if settings.REDIS_URL else "in memory (one process)"
    prefix = f"{settings.STATION_PATH_PREFIX}/" if settings.STATION_PATH_PREFIX else ""
    lines = [
        f"OCPP gateway, profile {settings.GATEWAY_PROFILE}{', DEBUG on' if settings.DEBUG else ''}",
        f"  charge points   ws://{outside}:{port}/{prefix}<cpId>",
        f"  admin           {local}/admin/",
        f"  API             {local}/api/",
        f"  API docs        {local}/api/docs/",
        f"  database        {connection.display_name} ({database_name()})",
        f"  channel layer   {layer}",
    ]
    if settings.GATEWAY_PROFILE == "dev":
        lines.append(WARNING)
    return [*lines, f"Listening on {host}:{port}. Stop with Ctrl-C."]


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def own_address() -> str:
    """The address of this machine in its network, as charge points would use it; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: belongs to nobody
            return str(probe.getsockname()[0])
        except OSError:
            return "localhost"
