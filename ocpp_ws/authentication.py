"""HTTP Basic of a handshake: the identity as user name, the AuthorizationKey as password (white paper A00.FR.202-205,
OCPP-J 6.2.2). Checked before the upgrade."""

import base64
import hmac
import re
from typing import Any

from ocpp_ws.identity import Denied
from stations.credentials import hashed, matches
from stations.links import Standing
from stations.models import ChargingStation

Authentication = ChargingStation.Authentication
Scope = dict[str, Any]
HEXADECIMAL = re.compile(rb"(?:[0-9a-fA-F]{2}){16,20}")
NOBODYS = hashed(b"")  # so that a station without a key takes as long


def proved_key(scope: Scope, cp_id: str, known: Standing) -> str:
    """The stored hash of the key that the handshake proves; "" where it proves none. Raises Denied where it must."""
    username, password = credentials(scope) or (b"", b"")
    hashes = known.key_hashes or [NOBODYS]
    fitting = [stored for stored in hashes for form in forms(password) if matches(form, stored)]
    named = known.authentication == Authentication.KEY or hmac.compare_digest(username.lower(), cp_id.encode().lower())
    if named and known.key_hashes and fitting:
        return fitting[0]
    if known.authentication != Authentication.NONE:
        raise Denied(401, "This charge point must present its identity and AuthorizationKey.")
    return ""


def credentials(scope: Scope) -> tuple[bytes, bytes] | None:
    """(user name, password) as bytes: a password may be any, also with colons; a user name has none."""
    scheme, _, encoded = dict(scope.get("headers", [])).get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        username, colon, password = base64.b64decode(encoded.strip()).partition(b":")
    except ValueError:
        return None
    return (username, password) if colon else None


def forms(password: bytes) -> list[bytes]:
    """As it is, and where it looks like hexadecimal what that stands for: stations send either one."""
    return [password, bytes.fromhex(password.decode())] if HEXADECIMAL.fullmatch(password) else [password]
