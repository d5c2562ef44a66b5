"""What nobody may read again: AuthorizationKey and the like (white paper A01.FR.09), passwords in addresses.

And tags, which stand for people: where MASK_TAGS says so, logs keep the end of long ones only.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import orjson
from django.conf import settings

from ocpp_ws.protocol.json_text import AROUND, read_json

# neither GetConfigurationMaxKeys nor WebSocketPingInterval, in any case; gateway/configuration.html has a copy for the
# browser
SECRET_NAME = re.compile("(?i:key(?!s)|password|passphrase|secret|psk)|(?i:pin(?:code)?)(?![a-zG])")
ADDRESS_PASSWORD = re.compile(r"(://[^/\s:@\"]*:)[^/\s@\"]+(?=@)")  # ftp://user:password@host/
TAGS = ("idTag", "parentIdTag")
# a string, which may be cut off, or a number
TAG = re.compile(r'("(?:idTag|parentIdTag)"\s*:\s*)(?:("(?:[^"\\]|\\.)*)|(-?\d[\d.eE+-]*))', re.IGNORECASE)
TAG_NAMES = {name.lower() for name in TAGS}
ODD_TAG = re.compile(r'\\|"(?:idTag|parentIdTag)"\s*:\s*[\[{]', re.IGNORECASE)  # TAG does not find them all
ESCAPED = re.compile(r"\\u00([2-7][0-9a-f])", re.IGNORECASE)
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


def tags_masked(payload: dict[str, Any]) -> dict[str, Any]:
    """A payload as logs keep it: its tags, those of its idTagInfo and of a local list masked; others as they are."""
    if not settings.MASK_TAGS:
        return payload
    changed: dict[str, Any] = {name: tag_masked(payload[name]) for name in TAGS if payload.get(name)}
    if isinstance(info := payload.get("idTagInfo"), dict):
        changed["idTagInfo"] = tags_masked(info)
    if isinstance(cards := payload.get("localAuthorizationList"), list):
        changed["localAuthorizationList"] = [tags_masked(one) if isinstance(one, dict) else one for one in cards]
    return payload | changed if changed else payload


def without_tags(text: str) -> str:
    """A frame, or its beginning, in which tags are masked where MASK_TAGS says so."""
    if not settings.MASK_TAGS:
        return text
    if ODD_TAG.search(text):
        try:
            return written_anew(text, everywhere)
        except ValueError:  # no JSON, or cut off: a name may have escapes all the same
            text = ESCAPED.sub(lambda seen: letter if (letter := chr(int(seen[1], 16))).isalnum() else seen[0], text)
    return with_tags_hidden(text)


def with_tags_hidden(text: str) -> str:
    return TAG.sub(hidden_tag, text)


def hidden_tag(found: re.Match[str]) -> str:
    name, string, number = found.groups()
    return f'{name}"{tag_masked(string[1:])}' if string else f'{name}"{tag_masked(number)}"'


def everywhere(value: Any) -> Any:
    """A JSON value of any shape with its tags masked, those in texts that are JSON themselves too."""
    if isinstance(value, dict):
        return {
            name: tag_masked(one) if name.lower() in TAG_NAMES and one not in ("", None) else everywhere(one)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [everywhere(one) for one in value]
    return with_tags_hidden(value) if isinstance(value, str) else value


def tag_masked(tag: Any) -> str:
    """The last four characters tell the cards of a site apart; of a short tag they would be too much."""
    text = str(tag) if isinstance(tag, (str, int, float)) else ""
    return f"{MASK}{text[-4:]}" if len(text) >= 8 else MASK


def written_anew(text: str, mask: Callable[[Any], Any]) -> str:
    """A JSON text: as it is, or where `mask` changes its value that one's. Raises ValueError where it is no JSON."""
    frame, odd = read_json(text.strip(AROUND))
    shown = mask(frame)
    # of a member that is given twice only the last one was looked at
    return orjson.dumps(shown).decode() if odd or shown != frame else text
