"""BF1: valid payloads with one to three things wrong, through the real handlers into the database.

Every one is answered: by a schema-valid CALLRESULT, or by a CALLERROR that blames the station and never us.
"""

import itertools
import json
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocpp_ws.handlers import HANDLERS
from ocpp_ws.protocol import ACTIONS, ERROR_CODES, INTERNAL_ERROR, check
from tests.bad_input.generate import mutated, payloads
from tests.reliability.report import measured

ids = itertools.count(1)
THEIRS = ERROR_CODES - {INTERNAL_ERROR}
FUZZ = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], database=None
)
LONG = [pytest.mark.long, pytest.mark.timeout(600)]
SIZES = [50, pytest.param(500, marks=LONG)]
CASES = [
    *((action, 50) for action in HANDLERS),
    *(pytest.param(action, 500, marks=LONG) for action in sorted(ACTIONS)),  # also those that are not served
]


def in_order(action: str, text: str) -> bool:
    """Whether an answer is one that a station may get."""
    kind, _, *rest = json.loads(text)
    if kind == 3:
        return check(action, "result", rest[0]) == ()
    code, description, details = rest
    return kind == 4 and code in THEIRS and len(description) <= 255 and details == {}


@pytest.mark.parametrize(("action", "examples"), CASES)
def test_every_mutation_gets_an_answer_that_does_not_blame_us(
    action: str, examples: int, talk: Any, caplog: pytest.LogCaptureFixture
) -> None:
    @settings(FUZZ, max_examples=examples)
    @given(mutated(action) | payloads(action))
    def run(payload: dict[str, Any]) -> None:
        caplog.clear()
        answer = talk(json.dumps([2, f"fuzz-{next(ids)}", action, payload]))
        assert in_order(action, answer), answer
        ours = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert ours == []

    run()
    measured("BF1", f"{action}: {examples} payloads, each answered, 0 exceptions")


@pytest.mark.parametrize("examples", SIZES)
def test_actions_in_any_order_leave_the_link_alive(examples: int, talk: Any, caplog: pytest.LogCaptureFixture) -> None:
    """What one message stores must not trip the next."""

    @settings(FUZZ, max_examples=examples)
    @given(st.data())
    def run(data: st.DataObject) -> None:
        for _ in range(4):
            action = data.draw(st.sampled_from(sorted(HANDLERS)))
            payload = data.draw(mutated(action))
            answer = talk(json.dumps([2, f"fuzz-{next(ids)}", action, payload]))
            assert in_order(action, answer), answer
        assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []

    run()
