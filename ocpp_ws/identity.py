"""Who is knocking: identity, subprotocol and origin of a WebSocket handshake. Nothing here waits or reads a row."""

import random
import re
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from django.conf import settings

SUBPROTOCOL = "ocpp1.6"
RESERVED = frozenset({"ws", "admin", "api", "static", "media", "files", "metrics", "healthz", "readyz"})
LONGEST_ID = 48
HOST = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?", re.ASCII)
CONNECTION_ADDED = b"gateway-connection-added"  # by the server, to a handshake that had no Connection header

Scope = dict[str, Any]


class Denied(Exception):
    """The handshake is refused with this HTTP status and a sentence that says why."""

    def __init__(self, status: int, sentence: str, *, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after


def later(sentence: str) -> Denied:
    """503; spread, so that a fleet does not come back as one."""
    return Denied(503, sentence, retry_after=10 + round(random.uniform(0, 20)))  # noqa: S311 - no secret


def identity_of(scope: Scope) -> str:
    """The charge point's identity: the last part of the path, percent-decoded once (OCPP-J 3.1.1). Raises Denied."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    prefix = settings.STATION_PATH_PREFIX
    path = f"/{prefix}/<cpId>" if prefix else "/<cpId>"
    segments = [segment for segment in raw.split(b"?")[0].split(b"/") if segment]
    above = prefix.encode().split(b"/") if prefix else []
    below = segments[len(above) :]
    if segments[: len(above)] != above or (below and not above and is_reserved(below[0])):
        raise Denied(404, f"This path is not a charge point's: connect to {path}.")
    if not below:
        raise Denied(400, f"The path names no charge point: connect to {path}.")
    return checked_identity(below[-1])


def is_reserved(segment: bytes) -> bool:
    return segment.decode("latin-1").lower() in RESERVED


def checked_identity(segment: bytes) -> str:
    """1 to 48 printable characters, no slash however it is written. Raises Denied."""
    if b"%" in segment and any(len(part) < 2 or not is_hex(part[:2]) for part in segment.split(b"%")[1:]):
        raise Denied(400, "The identity has an invalid percent escape.")
    cp_id = decoded(unquote_to_bytes(segment)).strip()
    if not 1 <= len(cp_id) <= LONGEST_ID or not cp_id.isprintable() or "/" in cp_id or cp_id in (".", ".."):
        raise Denied(400, f"The identity must be 1 to {LONGEST_ID} printable characters without a slash.")
    return cp_id


def decoded(name: bytes) -> str:
    """As UTF-8 (RFC 3986 2.5), else as Latin-1, which some stations send."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")


def is_hex(text: bytes) -> bool:
    return all(byte in b"0123456789abcdefABCDEF" for byte in text)


def chosen_subprotocol(scope: Scope) -> tuple[bool, str | None]:
    """(does it fit, what to answer): the station's own spelling of ocpp1.6; None where nothing was offered.

    Offers without ocpp1.6 do not fit: the handshake is completed without the header, then closed (OCPP-J 3.2).
    """
    offered = [token for token in scope.get("subprotocols", []) if token.strip()]
    fitting = [token for token in offered if token.strip().lower() == SUBPROTOCOL]
    return bool(fitting) or not offered, fitting[0] if fitting else None


def handshake_quirks(scope: Scope, subprotocol: str | None) -> list[str]:
    """The kinds of what the handshake left out, and was let in without."""
    left_out = {
        "no-subprotocol": not subprotocol,  # OCPP-J 3.1.2: the station MUST name one
        "no-connection-header": bool(header(scope, CONNECTION_ADDED)),  # RFC 6455 4.1
    }
    return [kind for kind, is_so in left_out.items() if is_so]


def check_origin(scope: Scope) -> None:
    """A station sends no Origin, or its host's own, whatever the port; a web page's is refused. Raises Denied."""
    origin, host = header(scope, b"origin").lower(), header(scope, b"host").lower()
    if origin and origin not in settings.ALLOWED_ORIGINS and host_of(origin) != host_of(f"//{host}"):
        raise Denied(403, "The Origin is neither this gateway's nor one of ALLOWED_ORIGINS.")


def header(scope: Scope, name: bytes) -> str:
    """A header's value; empty where it is absent."""
    return dict(scope.get("headers", [])).get(name, b"").decode("latin-1")


def host_header(scope: Scope) -> str:
    """Host and port as the station addressed them; empty where they cannot be part of an address."""
    host = header(scope, b"host")
    return host if HOST.fullmatch(host) and len(host) < 256 else ""


def host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:  # an IPv6 address with one bracket
        return None
