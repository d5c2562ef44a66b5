"""Every action of OCPP 1.6 travels both ways without a scratch."""

import pytest

from ocpp_ws.protocol import ACTIONS, Answered, Call, check
from ocpp_ws.protocol.schema_files import Kind

from .examples import central, example

ALL = sorted(ACTIONS)


def test_there_are_39_actions() -> None:
    assert len(ACTIONS) == 39
    assert {"BootNotification", "SignedUpdateFirmware", "SecurityEventNotification", "Heartbeat"} <= ACTIONS


@pytest.mark.parametrize("strict", [False, True], ids=["tolerant", "strict"])
@pytest.mark.parametrize("full", [False, True], ids=["required", "all-members"])
@pytest.mark.parametrize("action", ALL)
def test_a_valid_message_travels_unchanged(action: str, full: bool, strict: bool) -> None:
    asker, answerer = central(strict=strict), central(strict=strict)
    question, reply = example(action, "call", full=full), example(action, "result", full=full)
    call = answerer.receive(asker.call(action, question, ref=action, now=0.0), 0.0)
    assert isinstance(call, Call)
    assert (call.action, call.payload, call.quirks) == (action, question, ())
    answer = asker.receive(answerer.answer(call, reply), 1.0)
    assert isinstance(answer, Answered)
    assert (answer.ref, answer.payload, answer.deviations, answer.quirks) == (action, reply, (), ())


@pytest.mark.parametrize("kind", ["call", "result"])
@pytest.mark.parametrize("action", ALL)
def test_every_required_member_is_missed(action: str, kind: Kind) -> None:
    payload = example(action, kind, full=False)
    for name in payload:
        without = {key: value for key, value in payload.items() if key != name}
        assert [(one.kind, one.path) for one in check(action, kind, without)] == [("missing", name)]


@pytest.mark.parametrize("kind", ["call", "result"])
@pytest.mark.parametrize("action", ALL)
def test_every_extra_member_is_seen(action: str, kind: Kind) -> None:
    payload = example(action, kind, full=True) | {"zzz": 1}
    assert [(one.kind, one.path) for one in check(action, kind, payload)] == [("extra-member", "zzz")]
