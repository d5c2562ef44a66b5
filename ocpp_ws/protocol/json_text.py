"""JSON text of unknown manners to Python values that can be stored: fast where it is clean, careful where not."""

import json
import re
import string
from collections.abc import Iterator
from typing import Any, Final, NoReturn

import orjson

from .deviations import KEPT, Quirk, deviation

AROUND: Final = string.whitespace + "\x00\ufeff"
"""What some stacks send around a text; `str.strip` it."""
MAX_DEPTH: Final = 20
_INTEGER_DIGITS: Final = 19  # with the sign: all of these fit into the 64 bits orjson can write
_HUGE: Final = 1e300
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL refuses NUL, UTF-8 lone surrogates


class TooDeep(ValueError):
    """Arrays and objects nested deeper than any OCPP message."""


def read_json(text: str) -> tuple[Any, tuple[Quirk, ...]]:
    """The value of a JSON text, and what was odd about it.

    Integers beyond 64 bits come out as floats, NUL and lone surrogates as U+FFFD, of duplicate keys the last wins.
    Raises TooDeep beyond 20 levels, else ValueError where it is not JSON (NaN, Infinity and 1e400 are not).
    """
    try:
        value = orjson.loads(text)
    except ValueError:
        return _read_carefully(text)
    _check_depth(text, value)
    # A dropped duplicate key takes its quotes with it; with escapes about, quotes cannot be counted.
    if "\\u" in text or text.count('"') != orjson.dumps(value).count(b'"'):
        return _read_carefully(text)
    return value, ()


def read_integer(digits: str) -> int | float:
    """An integer literal of any length; beyond 64 bits a float, as orjson reads it, and never an exception."""
    if len(digits) <= _INTEGER_DIGITS:
        return int(digits)
    return max(-_HUGE, min(_HUGE, float(digits)))


def storable(text: str) -> str:
    """The text with NUL and lone surrogates, which no database takes, replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def _read_carefully(text: str) -> tuple[Any, tuple[Quirk, ...]]:
    twice: list[Quirk] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key, value in pairs:
            if key in members and len(twice) < KEPT:
                twice.append(deviation("duplicate-key", (storable(key),), value))
            members[key] = value
        return members

    try:
        value = json.loads(
            text.replace("\x00", "\\u0000"),
            object_pairs_hook=unique,
            parse_int=read_integer,
            parse_float=_read_float,
            parse_constant=_refuse_constant,
        )
    except RecursionError:
        raise TooDeep from None
    _check_depth(text, value)
    replaced: list[Quirk] = []
    return _clean(value, (), replaced), (*twice, *replaced)


def _read_float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number beyond double precision")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check_depth(text: str, value: Any) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:  # the usual frame: nothing to walk
        return
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _children(node) if isinstance(child, (dict, list))]
        if not level:
            return
    raise TooDeep


def _children(node: Any) -> Iterator[Any]:
    return iter(node.values() if isinstance(node, dict) else node)


def _clean(value: Any, where: tuple[str | int, ...], replaced: list[Quirk]) -> Any:
    if isinstance(value, dict):
        return {storable(key): _clean(child, (*where, storable(key)), replaced) for key, child in value.items()}
    if isinstance(value, list):
        return [_clean(child, (*where, index), replaced) for index, child in enumerate(value)]
    if isinstance(value, str) and _UNSTORABLE.search(value):
        if len(replaced) < KEPT:
            replaced.append(deviation("nul-or-surrogate", where[1:], value))  # the place inside the frame's payload
        return storable(value)
    return value
