"""Whatever arrives: one event, no exception, and nothing goes out that is not a frame."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocpp_ws.protocol import (
    ACTIONS,
    ERROR_CODES,
    Answered,
    Call,
    Failed,
    Ignored,
    Peer,
    Refused,
    Replay,
    check,
)
from ocpp_ws.protocol.deviations import Deviation
from ocpp_ws.protocol.errors import RULES, STRUCTURAL

from .examples import central, example

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text()
    | st.sampled_from(["", "\x00", "\ud800", "1e400", "2026-11-22T19:18:26Z", 2**63, 10**40, "transactionId"])
)
KEYS = st.text(max_size=3) | st.sampled_from(["idTag", "status", "transactionId", "a.b", "\x00"])
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
FRAME_LIKE = st.text(alphabet='[]{}",:234 \\u0idHeartbeat\x00\ufeff\ud800', max_size=60)
SNIPPETS = st.sampled_from(
    ["\x00", '"', "[", "]", "{", "}", ",", ":", "null", "NaN", "9" * 30, "\\u0000", "\\ud800", "\\"]
)


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value, the value itself first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(place for key, child in inner for place in places(child, (*here, key)))]


@st.composite
def mutated_frames(draw: st.DrawFn) -> str:
    """A valid CALL with one to three things changed, in its values or in its text."""
    action = draw(st.sampled_from(sorted(ACTIONS)))
    message: list[Any] = [2, "id-1", action, example(action, "call", full=draw(st.booleans()))]
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from(places(message)[1:] or [(0,)]))
        holder: Any = message
        for step in path:
            holder = holder[step]
        match draw(st.sampled_from(["replace", "remove", "add", "wrap"])):
            case "replace":
                holder[last] = draw(JSON)
            case "remove":
                del holder[last]
            case "wrap":
                holder[last] = [holder[last]]
            case _ if isinstance(holder, dict):
                holder[draw(KEYS)] = draw(JSON)
            case _:
                holder.append(draw(JSON))
    text = json.dumps(message, ensure_ascii=draw(st.booleans()))
    if draw(st.booleans()):
        cut = draw(st.integers(0, len(text)))
        text = text[:cut] + draw(SNIPPETS) + text[cut + draw(st.integers(0, 2)) :]
    return text


def is_error_frame(text: str) -> bool:
    kind, _, code, description, details = json.loads(text)
    return kind == 4 and code in ERROR_CODES and len(description) <= 255 and details == {}


def assert_in_order(peer: Peer, text: str) -> None:
    """The event of a text is one of the seven, and what it makes us send can be sent."""
    event = peer.receive(text, 0.0)
    match event:
        case Call():
            assert_taken(peer, event)
        case Refused():
            assert is_error_frame(event.text)
            event.text.encode()
        case Ignored():
            assert event.raw == text
        case Answered() | Failed() | Replay():
            raise AssertionError("nothing was asked or answered on this link")


def assert_taken(peer: Peer, call: Call) -> None:
    left = check(call.action, "call", call.payload)
    assert [one for one in left if RULES[one.kind].refused == STRUCTURAL] == []
    json.dumps(call.payload, allow_nan=False, ensure_ascii=False).encode()
    assert all(isinstance(quirk, Deviation) and len(quirk.sample) <= 120 for quirk in call.quirks)
    reply = json.loads(peer.answer(call, example(call.action, "result", full=False)))
    assert reply[:2] == [3, call.unique_id]
    assert is_error_frame(peer.refuse(call, "InternalError", "x" * 300))


FUZZ = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FUZZ
@given(st.text() | FRAME_LIKE)
def test_any_text_is_one_event(text: str) -> None:
    assert_in_order(central(), text)


@FUZZ
@given(JSON)
def test_any_json_is_one_event(value: Any) -> None:
    assert_in_order(central(), json.dumps(value))


@FUZZ
@given(st.sampled_from([2, 3, 4]), st.lists(JSON, max_size=5))
def test_anything_in_the_place_of_the_elements_is_one_event(kind: int, elements: list[Any]) -> None:
    assert_in_order(central(), json.dumps([kind, *elements]))


@settings(FUZZ, max_examples=250)
@given(mutated_frames(), st.booleans())
def test_a_mutated_call_is_taken_whole_or_answered_by_a_callerror(text: str, strict: bool) -> None:
    assert_in_order(central(strict=strict), text)


@FUZZ
@given(st.sampled_from(sorted(ACTIONS)), JSON)
def test_any_answer_ends_our_call(action: str, payload: Any) -> None:
    peer = central()
    peer.call(action, example(action, "call", full=False), ref="ref", now=0.0, unique_id="ours")
    event = peer.receive(json.dumps([3, "ours", payload]), 1.0)
    if isinstance(event, Answered):
        assert event.ref == "ref"
        assert not peer.busy
    else:  # not JSON after all: NaN, Infinity, or nested too deep
        assert isinstance(event, Ignored)
        assert peer.busy


@FUZZ
@given(st.lists(JSON, max_size=4))
def test_any_error_ends_our_call(elements: list[Any]) -> None:
    peer = central()
    peer.call("ClearCache", {}, ref="ref", now=0.0, unique_id="ours")
    event = peer.receive(json.dumps([4, "ours", *elements]), 1.0)
    assert isinstance(event, (Failed, Ignored))
    assert peer.busy == isinstance(event, Ignored)


@pytest.mark.parametrize("action", sorted(ACTIONS))
@settings(FUZZ, max_examples=5)
@given(data=st.data())
def test_one_value_of_another_type_is_never_an_exception(action: str, data: st.DataObject) -> None:
    message = [2, "id-1", action, example(action, "call", full=True)]
    *path, last = data.draw(st.sampled_from(places(message)[3:]))
    holder: Any = message
    for step in path:
        holder = holder[step]
    holder[last] = data.draw(JSON)
    assert_in_order(central(), json.dumps(message))
