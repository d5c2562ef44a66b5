"""What nobody may read again: AuthorizationKey and the like (white paper A01.FR.09), passwords in addresses."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

# neither GetConfigurationMaxKeys nor WebSocketPingInterval, in any case
SECRET_NAME = re.compile("(?i:key(?!s)|password|passphrase|secret|psk)|(?i:pin(?:code)?)(?![a-zG])")
ADDRESS_PASSWORD = re.compile(r"(://[^/\s:@\"]*:)[^/\s@\"]+(?=@)")  # ftp://user:password@host/
MASK = "***"
DEEPEST = 20  # levels of objects and arrays: more than any message of OCPP has
Json = TypeVar("Json")


def masked(value: Json, depth: int = 0) -> Json:
    """A payload, or any part of one, with its secrets masked: the `value` of a key whose name says that it is one,
    wherever it stands and whatever it is, and the password in an address. What is nested deeper than any message is
    masked whole.
    """
    shown: Any = value
    if isinstance(value, str):
        shown = without_password(value)
    elif isinstance(value, (dict, list)) and depth == DEEPEST:
        shown = MASK
    elif isinstance(value, dict):
        hidden = names_secret(value)
        shown = {
            name: MASK if hidden and is_value(name) and member not in ("", None) else masked(member, depth + 1)
            for name, member in value.items()
        }
    elif isinstance(value, list):
        shown = [masked(one, depth + 1) for one in value]
    kept: Json = shown
    return kept


def names_secret(members: Mapping[str, Any]) -> bool:
    """Whether this is a configuration key, as in ChangeConfiguration.req, whose name says that its value is secret."""
    return any(name.lower() == "key" and SECRET_NAME.search(str(member)) for name, member in members.items())


def is_value(name: str) -> bool:
    return name.lower() == "value"


def without_password(text: str) -> str:
    return ADDRESS_PASSWORD.sub(rf"\g<1>{MASK}", text) if "://" in text else text
