"""A guard is not found where nothing fails, where something else fails, or where its replacement fails."""

import logging

import pytest

from ocpp_ws import turns
from ocpp_ws.batch import Unit
from tests.guards.found import edited, failing
from tests.ocpp_ws import test_turns

logger = logging.getLogger("ocpp_ws")


def in_order() -> None:
    test_turns.test_a_station_of_a_running_batch_waits_and_keeps_its_order()


def test_a_test_that_passes_with_the_guard_off_is_told() -> None:
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"), failing([], AssertionError, "order"):
        in_order()


def test_a_test_that_fails_for_another_reason_is_told() -> None:
    off = edited(turns.Turns._take, "or unit.station in busy or", "or")
    with pytest.raises(AssertionError, match="found for another reason"), failing([off], AssertionError, "energy"):
        in_order()


def test_a_replacement_that_fails_is_told() -> None:
    off = edited(turns.is_light, "entry.unit.light", "entry.unit.lihgt")
    entry = turns.Entry(Unit(lambda _: None), test_turns.Future(), 1)

    def logs_it() -> None:
        try:
            turns.is_light([entry])
        except AttributeError:
            logger.exception("It failed.")
        raise AssertionError("nothing came")

    with pytest.raises(AssertionError, match="lihgt"), failing([off], AssertionError, "nothing came"):
        logs_it()
